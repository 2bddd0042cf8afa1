import { AppError } from '../../core/errors.ts'
import { type Glance, glanceAt } from '../../store/care/glance.ts'
import { isLocked } from '../../store/lock.ts'
import { lockHolder } from '../../store/lock-holder.ts'
import { openVault } from '../../store/vault.ts'
import { type Config, loadConfig, type Sources } from '../config/config.ts'
import { keyPlace } from '../host/home.ts'
import { addressPolicy } from '../open-upstreams.ts'
import { openFilesLimit } from '../shares.ts'
import { judgeAddress, judgePort } from './address.ts'
import { judgeAuthorities, readAuthorities } from './authorities.ts'
import { type DatabaseFacts, judgeDatabase, judgeKey, judgeLock } from './database.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import { type FolderFacts, judgeDisk, judgeFiles, judgeFolder } from './folder.ts'
import { judgeClock, judgeOpenFiles } from './machine.ts'
import { readFolder } from './read-folder.ts'
import { readServers } from './read-servers.ts'
import { judgeServers } from './servers.ts'
import { tryPort } from './try-port.ts'

type Options = {
  readonly sources: Sources
  /** Of this command. */
  readonly version: string
  /** Where commands would run. */
  readonly cwd: string
  /** Epoch milliseconds. */
  readonly now: number
}

export type Examination = {
  readonly findings: readonly Finding[]
  /** Whether an Omni2 runs on these settings; undefined when that cannot be told. */
  readonly running: boolean | undefined
}

/** Looks at everything on this machine that Omni2 needs by these settings, whether it runs or not, and changes nothing. */
export async function examine({ sources, version, cwd, now }: Options): Promise<Examination> {
  const program = ok('version', `Omni2 ${version} on Node ${process.versions.node}, ${process.execPath}`)
  const config = settingsOf(sources)
  if (config instanceof AppError) {
    const wrong = config.message.split('\n').map((line) => problem('settings', line, 'Correct this setting.'))
    return { findings: [program, ...wrong], running: undefined }
  }
  const folder = await readFolder(config.dataDir)
  const running = await unlessUnavailable(isLocked(config))
  const { database, glance } = await lookInto(config, folder)
  const servers = glance?.contents?.configs ?? []
  const rules = { addresses: addressPolicy(config), stdioAllowed: config.stdioAllowed }
  const faults = await readServers(servers, { rules, env: sources.env, cwd })
  const findings = [
    program,
    ...judgeWarnings(config),
    judgeFolder(folder),
    judgeDisk(folder),
    ...judgeFiles(folder),
    judgeLock(running, running ? await lockHolder(config.dataDir) : undefined),
    judgeDatabase(database, running),
    judgeKey(keyPlace(config), glance?.contents?.key),
    judgeClock(now, glance?.newestAt),
    judgeOpenFiles(await openFilesLimit(), servers.length),
    ...judgeAddress(config),
    judgePort(config, await tryPort(config.host, config.port), running),
    ...(config.caFile === undefined ? [] : [judgeAuthorities(await readAuthorities(config.caFile), now)]),
    ...(glance?.contents && glance.contents.key.state !== 'wrong' ? judgeServers(servers.length, faults, running) : []),
  ]
  return { findings, running }
}

function settingsOf(sources: Sources): Config | AppError {
  try {
    return loadConfig(sources)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

const judgeWarnings = ({ warnings }: Config): readonly Finding[] =>
  warnings.length === 0
    ? [ok('settings', 'They are as expected; omni2 config shows them')]
    : warnings.map((text) => warning('settings', text, 'Correct its name, or unset it.'))

async function lookInto(
  config: Config,
  { databaseMode }: FolderFacts,
): Promise<{ readonly database: DatabaseFacts; readonly glance: Glance | undefined }> {
  const { dataDir, databaseUrl, secretKey } = config
  if (!databaseUrl && databaseMode === undefined) return { database: { state: 'absent' }, glance: undefined }
  try {
    const glance = await glanceAt(config, () => openVault({ dataDir, secretKey, mustExist: true }))
    return { database: { state: 'usable', ...glance }, glance }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { database: { state: 'unusable', why: error.message }, glance: undefined }
  }
}

async function unlessUnavailable<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking
  } catch (error) {
    if (error instanceof AppError && error.code === 'unavailable') return undefined
    throw error
  }
}

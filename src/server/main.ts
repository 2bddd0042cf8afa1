import { type DestinationStream, pino } from 'pino'
import { Secret } from '../core/config/secret.ts'
import { AppError } from '../core/errors.ts'
import { type Config, loadConfig } from './config/config.ts'
import { createLog } from './log.ts'
import { humanLines } from './log-line.ts'
import { saveMemory } from './save-memory.ts'
import { type Running, start } from './start.ts'
import { systemClock } from './system-clock.ts'

type Options = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Settings by their name in code, and `config`, the path of the YAML file. */
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly version: string
  /** Where a person reads; the log goes to stderr. */
  readonly out: { write(text: string): unknown }
  /** Aborts when Omni2 is to end. */
  readonly signal: AbortSignal
}

/** Calls in flight get 10 s of it to finish, and what they did is stored in the rest. */
const STOP_MS = 15_000

/** Runs Omni2 until `signal` aborts. @throws AppError for what a person must mend before it can start. */
export async function serve({ env, flags, version, out, signal }: Options): Promise<void> {
  const config = loadConfig({ env, flags })
  const log = createLog({ level: config.logLevel, destination: logDestination(), secrets: secretsOf(config) })
  for (const warning of config.warnings) log.warn(warning)
  const ended = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => ended.resolve())
  const onFatal = (reason: AppError) => ended.reject(reason)
  const random = Math.random
  const running = await start({ config, env, log, version, cwd: process.cwd(), clock: systemClock, random, onFatal })
  process.on('unhandledRejection', (err) => log.error({ err }, 'unhandled rejection'))
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'uncaught exception')
    onFatal(new AppError('unavailable', 'Omni2 met an error it cannot go on after; the log says more', { cause: err }))
  })
  saveMemory()
  log.info({ url: running.url, version, data_dir: config.dataDir, database: databaseName(config) }, 'started')
  out.write(greeting(running, config))
  try {
    if (!signal.aborted) await ended.promise
  } finally {
    log.info('stopping')
    const late = systemClock.after(STOP_MS, () => {
      log.error('could not stop in time; ending at once')
      process.exit(1)
    })
    await running.stop()
    late()
    log.info('stopped')
  }
}

const databaseName = ({ databaseUrl }: Config): string => (databaseUrl ? 'postgresql' : 'sqlite')

const logDestination = (): DestinationStream => {
  const destination = pino.destination({ dest: process.stderr.fd, sync: true })
  return process.stderr.isTTY ? humanLines(destination) : destination
}

const secretsOf = (config: Config): string[] =>
  Object.values(config).flatMap((value) => (value instanceof Secret ? [value.reveal()] : []))

function greeting({ url, firstStart }: Running, config: Config): string {
  const address = config.publicUrl ?? url
  const lines = [`Omni2 is running at ${address}`]
  if (firstStart) {
    lines.push('', `  Sign in once, within 10 minutes:  ${address}/#code=${firstStart.signInCode}`)
    if (firstStart.adminToken) lines.push(`  Admin token, shown only now:      ${firstStart.adminToken}`)
    lines.push(
      '',
      '  On the command line:              omni2 login',
      `  Agents connect to:                ${address}/mcp`,
      `  The API, to read and try:         ${address}/api/docs`,
    )
  } else {
    lines.push('', `  Lost the admin token? Make another: omni2 token create --data-dir ${config.dataDir}`)
  }
  return `${lines.join('\n')}\n\n`
}

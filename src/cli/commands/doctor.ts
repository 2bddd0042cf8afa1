import type { Command } from 'commander'
import { type Finding, problem } from '../../server/doctor/finding.ts'
import { connectionOf } from '../connection.ts'
import { judgeConnection } from '../connection-findings.ts'
import { type Context, say } from '../context.ts'
import { examples } from '../examples.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { readConnection } from '../read-connection.ts'
import { addSettingFlags, settingFlags } from '../setting-flags.ts'
import { doctorText } from '../text/doctor-text.ts'
import { paintFor } from '../text/paint.ts'
import { jsonText } from '../text/printable.ts'
import { version } from '../version.ts'

export function addDoctor(program: Command, context: Context): void {
  addSettingFlags(
    program
      .command('doctor')
      .description('Tell what is wrong with this setup and what to do; give it the settings that serve gets'),
  )
    .option('--json', 'as JSON')
    .addHelpText('after', examples('omni2 doctor', 'omni2 doctor --config omni2.yaml --data-dir /var/lib/omni2'))
    .action((options: { json?: true }, command: Command) => doctor(context, options, command))
}

async function doctor(context: Context, { json }: { json?: true }, command: Command): Promise<void> {
  const { env, out } = context
  const here = { version: version(), now: context.now() }
  // Loaded when needed: it brings the database along.
  const { examine } = await import('../../server/doctor/examine.ts')
  const host = await examine({ ...here, sources: { env, flags: settingFlags(command) }, cwd: process.cwd() })
  const connection = await connectionFindings(context, command, { ...here, running: host.running })
  const findings = [...host.findings, ...connection]
  const isWell = findings.every(({ level }) => level !== 'problem')
  if (!isWell) context.endWith(EXIT.failed)
  say(
    out,
    json ? jsonText({ ok: isWell, findings: findings.map(findingJson) }) : doctorText(findings, paintFor(out, env)),
  )
}

async function connectionFindings(
  context: Context,
  command: Command,
  here: Parameters<typeof judgeConnection>[1],
): Promise<readonly Finding[]> {
  try {
    return judgeConnection(await readConnection(await connectionOf(context, command)), here)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return [problem('login', error.message, error.hints[0])]
  }
}

const findingJson = ({ nextAction, ...finding }: Finding) => ({ ...finding, next_action: nextAction ?? null })

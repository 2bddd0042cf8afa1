import type { Command } from 'commander'
import type { Client } from '../../api/client.ts'
import type { ImportReport } from '../../api/import.ts'
import { askSecret, askText, askYes, canAsk } from '../ask.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { EXIT } from '../exit-code.ts'
import { mcpJsonText } from '../input-text.ts'
import { collectList, collectPair } from '../option-values.ts'
import { importText } from '../text/import-text.ts'
import { jsonText, oneLine } from '../text/printable.ts'

type Pairs = Readonly<Record<string, string>>

type Options = {
  readonly dryRun?: true
  readonly select?: readonly string[]
  readonly rename?: Pairs
  readonly input?: Pairs
  readonly yes?: true
  readonly json?: true
}

export function addImport(program: Command, context: Context): void {
  program
    .command('import')
    .argument('<file>', 'an mcp.json of Claude, Cursor, VS Code or any other; - reads standard input')
    .description('Register the servers of an mcp.json, all that are selected or none')
    .option('--dry-run', 'only tell what would happen')
    .option('--select <name>', 'only these entries', collectList)
    .option('--rename <old=new>', 'register an entry under another name', collectPair)
    .option('--input <id=value>', 'value of an input the file asks for; secrets are asked for otherwise', collectPair)
    .option('-y, --yes', 'do not ask before changing anything')
    .option('--json', 'the report as JSON')
    .addHelpText(
      'after',
      examples('omni2 import .mcp.json --dry-run', 'omni2 import mcp.json --select github,files --rename files=home'),
    )
    .action((file: string, options: Options, command: Command) => importFile(context, file, options, command))
}

async function importFile(context: Context, file: string, options: Options, command: Command): Promise<void> {
  const { out } = context
  const text = await mcpJsonText(context, file)
  const { client } = await connectionOf(context, command)
  const body = {
    text,
    ...(options.select ? { select: [...options.select] } : {}),
    ...(options.rename ? { rename: { ...options.rename } } : {}),
  }
  const show = (report: ImportReport) =>
    say(out, options.json ? jsonText(report) : importText(report, viewOf(context).paint))

  const attempt = { ...body, ...inputsOf(options.input ?? {}), dry_run: true }
  const first = await client.importServers({ body: attempt })
  const inputs = { ...options.input, ...(options.dryRun ? {} : await askInputs(context, first)) }
  const plan = await tryAgain(client, first, { ...body, ...inputsOf(inputs), dry_run: true })
  if (options.dryRun || stops(plan)) {
    show(plan)
    return stops(plan) ? context.endWith(EXIT.failed) : undefined
  }
  if (canAsk(context) && !options.yes && file !== '-') {
    say(context.err, importText(plan, viewOf(context).paint))
    if (!(await askYes(context, 'Import them?', true))) return say(context.err, 'Nothing was imported.')
  }
  const report = await client.importServers({ body: { ...body, ...inputsOf(inputs) } })
  show(report)
  if (stops(report)) context.endWith(EXIT.failed)
}

type Body = NonNullable<Parameters<Client['importServers']>[0]>['body']

/** The plan anew when it asked for values and got some. */
const tryAgain = async (client: Client, plan: ImportReport, body: Body): Promise<ImportReport> =>
  plan.inputs.length === 0 ? plan : await client.importServers({ body })

const inputsOf = (inputs: Pairs) => (Object.keys(inputs).length === 0 ? {} : { inputs: { ...inputs } })

/** Whether something keeps the whole import from happening. */
const stops = ({ entries }: ImportReport): boolean =>
  entries.some(({ action }) => action === 'refuse' || action === 'ask')

/** Values of the inputs the file asks for, from a person if there is one. */
async function askInputs(context: Context, { inputs }: ImportReport): Promise<Pairs> {
  if (!canAsk(context)) return {}
  const answers: Record<string, string> = {}
  for (const { id, description, secret, options, default: preset } of inputs) {
    const choices = options.length > 0 ? ` (${options.map(oneLine).join(', ')})` : ''
    const question = `${oneLine(description ?? id)}${choices}`
    answers[id] = secret ? await askSecret(context, question) : await askText(context, question, preset)
  }
  return answers
}

import type { Command } from 'commander'
import { SettingsInput, type SettingsView } from '../../api/settings.ts'
import { closestTo } from '../../server/config/suggestion.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say } from '../context.ts'
import { examples } from '../examples.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { collectPair } from '../option-values.ts'
import { jsonText } from '../text/printable.ts'

type Options = { readonly json?: true }

export function addSettings(program: Command, context: Context): void {
  program
    .command('settings')
    .argument('[name=value...]', 'what to change; "none" takes a value away', collectPair)
    .description('Show what is set for all servers while Omni2 runs, or change it')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('omni2 settings', 'omni2 settings event_days=14 gateway_hide_down_servers=true'))
    .action(async (changes: Readonly<Record<string, string>> | undefined, options: Options, command: Command) => {
      const body = readChanges(changes ?? {})
      const { client } = await connectionOf(context, command)
      const isChange = Object.keys(body).length > 0
      const settings = isChange ? await client.updateSettings({ body }) : await client.getSettings()
      say(context.out, options.json ? jsonText(settings) : settingsText(settings))
    })
}

function readChanges(changes: Readonly<Record<string, string>>): SettingsInput {
  const names = Object.keys(SettingsInput.shape)
  for (const name of Object.keys(changes)) {
    if (names.includes(name)) continue
    const closest = closestTo(name, names)
    throw new CliError(
      EXIT.usage,
      `There is no setting ${name}; ${closest ? `did you mean ${closest}?` : names.join(', ')}`,
    )
  }
  const read = SettingsInput.safeParse(
    Object.fromEntries(Object.entries(changes).map(([name, text]) => [name, readValue(text)])),
  )
  if (read.success) return read.data
  throw new CliError(
    EXIT.usage,
    read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  )
}

const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, none: null }

const readValue = (text: string): boolean | number | string | null =>
  Object.hasOwn(WORDS, text) ? (WORDS[text] ?? null) : /^\d+$/.test(text) ? Number(text) : text

const settingsText = (settings: SettingsView): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name.padEnd(26)} ${value ?? 'none'}`)
    .join('\n')

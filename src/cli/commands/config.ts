import type { Command } from 'commander'
import { stringify } from 'yaml'
import { effectiveConfig, loadConfig } from '../../server/config/config.ts'
import { type Context, say } from '../context.ts'
import { examples } from '../examples.ts'
import { addSettingFlags, settingFlags } from '../setting-flags.ts'
import { paintFor } from '../text/paint.ts'
import { jsonText } from '../text/printable.ts'

export function addConfig(program: Command, { env, out, err }: Context): void {
  addSettingFlags(program.command('config').description('Show the settings serve would run with, without secrets'))
    .option('--json', 'as JSON')
    .addHelpText('after', examples('omni2 config --config omni2.yaml'))
    .action((options: { json?: true }, command: Command) => {
      const config = loadConfig({ env, flags: settingFlags(command) })
      for (const warning of config.warnings) say(err, paintFor(err, env).warn(warning))
      const shown = effectiveConfig(config)
      say(out, options.json ? jsonText(shown) : stringify(shown).trimEnd())
    })
}

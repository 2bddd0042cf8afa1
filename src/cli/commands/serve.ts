import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { examples } from '../examples.ts'
import { addSettingFlags, settingFlags } from '../setting-flags.ts'
import { version } from '../version.ts'

export function addServe(program: Command, { env, signal, out }: Context): void {
  addSettingFlags(program.command('serve').description('Run Omni2 until it is stopped'))
    .addHelpText('after', examples('omni2 serve --port 9000 --data-dir /var/lib/omni2'))
    .action(async (_options: object, command: Command) => {
      const { serve } = await import('../../server/main.ts')
      await serve({ env, flags: settingFlags(command), version: version(), out, signal })
    })
}

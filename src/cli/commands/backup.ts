import type { Command } from 'commander'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { addHostFlags, type HostFlags, hostSources } from '../host-flags.ts'
import { withProgress } from '../progress-line.ts'
import { backupText } from '../text/database-text.ts'
import { jsonText } from '../text/printable.ts'

type Options = HostFlags & { readonly force?: true; readonly json?: true }

export function addBackup(program: Command, context: Context): void {
  addHostFlags(
    program
      .command('backup')
      .argument('[file]', 'a file, or a folder for one with the time in its name (default: the current folder)')
      .description("On Omni2's own host, while it runs or not: write all it keeps into one file")
      .option('--force', 'replace a file of that name')
      .option('--json', 'as JSON'),
  )
    .addHelpText('after', examples('omni2 backup --data-dir ./data', 'omni2 backup /var/backups/omni2.db --force'))
    .action(async (file: string | undefined, options: Options) => {
      const { backUp } = await import('../../server/host/back-up.ts')
      const report = await withProgress(context, (onProgress) =>
        backUp({
          sources: hostSources(context, options),
          to: file,
          force: options.force === true,
          now: context.now,
          onProgress,
          signal: context.signal,
        }),
      )
      say(context.out, options.json ? jsonText(report) : backupText(report, viewOf(context)))
    })
}

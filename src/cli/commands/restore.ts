import type { Command } from 'commander'
import type { TableRows } from '../../server/host/rows.ts'
import { askYes, canAsk } from '../ask.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { addHostFlags, type HostFlags, hostSources } from '../host-flags.ts'
import { withProgress } from '../progress-line.ts'
import { heldText, restoreText } from '../text/database-text.ts'
import { jsonText } from '../text/printable.ts'

type Options = HostFlags & { readonly replace?: true; readonly yes?: true; readonly json?: true }

export function addRestore(program: Command, context: Context): void {
  addHostFlags(
    program
      .command('restore')
      .argument('<file>', 'what omni2 backup wrote, of this or an older version')
      .description("On Omni2's own host, while it is stopped: put a backup in the place of what it keeps")
      .option('--replace', 'PostgreSQL: delete what the database holds')
      .option('-y, --yes', 'with --replace: do not ask')
      .option('--json', 'as JSON'),
  )
    .addHelpText(
      'after',
      examples(
        'omni2 restore omni2-20261123T093600Z.db --data-dir ./data',
        'DATABASE_URL=postgres://... omni2 restore omni2.db --replace',
      ),
    )
    .action(async (file: string, options: Options) => {
      const { restore } = await import('../../server/host/restore.ts')
      const report = await withProgress(context, (onProgress) =>
        restore({
          sources: hostSources(context, options),
          file,
          mayReplace: (database, tables) => mayReplace(context, options, database, tables),
          now: context.now,
          onProgress,
          signal: context.signal,
        }),
      )
      if (report === undefined) return say(context.err, 'Nothing was changed.')
      say(context.out, options.json ? jsonText(report) : restoreText(report, viewOf(context)))
    })
}

async function mayReplace(
  context: Context,
  { replace, yes }: Options,
  database: string,
  tables: readonly TableRows[],
): Promise<boolean> {
  const held = `${database} holds ${heldText(tables)}`
  if (!replace) {
    throw new CliError(EXIT.failed, held, {
      hints: ['Back it up with: omni2 backup', 'Then add --replace to delete it and restore the other in its place.'],
    })
  }
  if (yes) return true
  if (!canAsk(context)) throw new CliError(EXIT.usage, held, { hints: ['Add --yes to delete that.'] })
  return await askYes(context, `${held}. Delete that?`, false)
}

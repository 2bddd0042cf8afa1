import type { Command } from 'commander'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { EXIT } from '../exit-code.ts'
import { addHostFlags, type HostFlags, hostSources } from '../host-flags.ts'
import { withProgress } from '../progress-line.ts'
import { compactText, copyText, migrateText, statusText } from '../text/database-text.ts'
import { jsonText } from '../text/printable.ts'

type Options = HostFlags & { readonly json?: true }

/** Loaded when needed: it brings the database along. */
const host = () => import('../../server/host/database.ts')

export function addDb(program: Command, context: Context): void {
  const db = program
    .command('db')
    .description("Look after the database, on Omni2's own host")
    .addHelpText('after', examples('omni2 db status --data-dir ./data'))
  addDbStatus(db, context)
  addMigrate(db, context)
  addCopy(db, context)
  addCompact(db, context)
}

function addDbStatus(db: Command, context: Context): void {
  part(db, 'status', 'Read all of the database: what it holds, its schema, whether it is whole; ends with 1 if not')
    .addHelpText('after', examples('omni2 db status --data-dir ./data', 'omni2 db status --json'))
    .action(async (options: Options) => {
      const { reportDatabase } = await host()
      const report = await withProgress(context, (onProgress) => {
        onProgress({ doing: 'checking' })
        return reportDatabase(hostSources(context, options))
      })
      say(context.out, options.json ? jsonText(report) : statusText(report, viewOf(context)))
      if (!report.ok || report.schema?.unknown.length) context.endWith(EXIT.failed)
    })
}

function addMigrate(db: Command, context: Context): void {
  part(db, 'migrate', 'Bring the schema up to date, as the next start would; Omni2 has to be stopped')
    .addHelpText('after', examples('omni2 db migrate --data-dir ./data'))
    .action(async (options: Options) => {
      const report = await (await host()).migrateDatabase(hostSources(context, options), context.signal)
      say(context.out, options.json ? jsonText(report) : migrateText(report))
    })
}

function addCopy(db: Command, context: Context): void {
  part(db, 'copy', 'Copy everything from SQLite into an empty PostgreSQL database and compare; Omni2 has to be stopped')
    .requiredOption('--to <url>', 'postgres://...; its password is better given as PGPASSWORD or in ~/.pgpass')
    .addHelpText('after', examples('PGPASSWORD=... omni2 db copy --data-dir ./data --to postgres://omni2@db/omni2'))
    .action(async ({ to, ...options }: Options & { to: string }) => {
      const { copyDatabase } = await host()
      const report = await withProgress(context, (onProgress) =>
        copyDatabase(hostSources(context, options), to, { onProgress, signal: context.signal }),
      )
      say(context.out, options.json ? jsonText(report) : copyText(report, viewOf(context)))
    })
}

function addCompact(db: Command, context: Context): void {
  part(db, 'compact', 'Give unused space in the SQLite file back to the disk; Omni2 has to be stopped')
    .addHelpText('after', examples('omni2 db compact --data-dir ./data'))
    .action(async (options: Options) => {
      const { compactDatabase } = await host()
      const report = await withProgress(context, (onProgress) => {
        onProgress({ doing: 'compacting' })
        return compactDatabase(hostSources(context, options), context.signal)
      })
      say(context.out, options.json ? jsonText(report) : compactText(report))
    })
}

const part = (db: Command, name: string, about: string): Command =>
  addHostFlags(db.command(name).description(about).option('--json', 'as JSON'))

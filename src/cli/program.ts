import { Command } from 'commander'
import { addAdd } from './commands/add.ts'
import { addBackup } from './commands/backup.ts'
import { addBreaker } from './commands/breaker.ts'
import { addCall } from './commands/call.ts'
import { addCalls } from './commands/calls.ts'
import { addCheck } from './commands/check.ts'
import { addClientConfig } from './commands/client-config.ts'
import { addCollections } from './commands/collections.ts'
import { addConfig } from './commands/config.ts'
import { addConnect } from './commands/connect.ts'
import { addDb } from './commands/db.ts'
import { addDoctor } from './commands/doctor.ts'
import { addEdit } from './commands/edit.ts'
import { addEvents } from './commands/events.ts'
import { addExport } from './commands/export.ts'
import { addImport } from './commands/import.ts'
import { addIncidents } from './commands/incidents.ts'
import { addList } from './commands/list.ts'
import { addLogin } from './commands/login.ts'
import { addLogout } from './commands/logout.ts'
import { addLogs } from './commands/logs.ts'
import { addOperate } from './commands/operate.ts'
import { addRemove } from './commands/remove.ts'
import { addRestore } from './commands/restore.ts'
import { addServe } from './commands/serve.ts'
import { addSettings } from './commands/settings.ts'
import { addStatus } from './commands/status.ts'
import { addToken } from './commands/token.ts'
import { addTools } from './commands/tools.ts'
import { addUptime } from './commands/uptime.ts'
import type { Context } from './context.ts'
import { paintFor } from './text/paint.ts'
import { version } from './version.ts'

const GROUPS: readonly (readonly [title: string, add: readonly ((program: Command, context: Context) => void)[]])[] = [
  ['Run Omni2:', [addServe, addDoctor, addConfig, addSettings]],
  [
    'Servers:',
    [addStatus, addList, addCheck, addLogs, addUptime, addIncidents, addEvents, addTools, addCall, addCalls],
  ],
  ['Change servers:', [addAdd, addEdit, addImport, addExport, addOperate, addBreaker, addRemove]],
  ['Agents:', [addConnect, addClientConfig, addCollections]],
  ['Access:', [addLogin, addLogout, addToken]],
  ['Data:', [addBackup, addRestore, addDb]],
]

const START = `
First steps:
  omni2 serve                                    start Omni2 on http://127.0.0.1:8000
  omni2 login                                    sign this command line in
  omni2 add time -- npx -y @modelcontextprotocol/server-everything
  omni2 list --watch                             see them live

In a pipeline, without any Omni2 running:
  omni2 check --config mcp.json

Exit codes: 0 all well, 1 something is down or was refused, 2 wrong usage or a tool error,
3 no Omni2 answers, 130 interrupted.`

/** All commands of the command line. It throws CommanderError instead of leaving the process. */
export function createProgram(context: Context): Command {
  const { out, err, env } = context
  const program = new Command('omni2')
    .description('Control room for MCP servers')
    .version(version())
    .option('--url <url>', 'address of Omni2 (OMNI2_URL; else where you signed in; else http://127.0.0.1:8000)')
    .option('--token-file <file>', 'file that holds the token (else OMNI2_TOKEN, else what omni2 login stored)')
    .option('--no-color', 'no colours (NO_COLOR works too)')
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: paintFor(out, env).strong,
      helpWidth: Math.min(out.columns ?? 100, 100),
    })
    .configureOutput({
      writeOut: (text) => void out.write(text),
      writeErr: (text) => void err.write(text),
      getOutHasColors: () => true,
      getErrHasColors: () => true,
      outputError: (text, write) => write(paintFor(err, env).bad(text)),
    })
    .exitOverride()
    .showSuggestionAfterError(true)
    .showHelpAfterError('(--help shows how it is used)')
    .addHelpText('after', START)
  for (const [title, adders] of GROUPS) {
    program.commandsGroup(title)
    for (const add of adders) add(program, context)
  }
  return program
}

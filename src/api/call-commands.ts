import type { AnyObject } from './wire.ts'

type Call = { readonly serverId: number; readonly serverName: string; readonly tool: string; readonly args: AnyObject }

/** The same call for a shell. The token comes from the environment: it is in no command that somebody copies. */
export const asCurl = (origin: string, { serverId, tool, args }: Call): string =>
  [
    `curl -X POST ${quoted(`${origin}/api/v1/mcp/servers/${serverId}/tools/${encodeURIComponent(tool)}/call`)}`,
    `-H "Authorization: Bearer $OMNI2_TOKEN"`,
    `-H 'content-type: application/json'`,
    `-d ${quoted(JSON.stringify({ arguments: args }))}`,
  ].join(' \\\n  ')

export const asCommand = ({ serverName, tool, args }: Call): string =>
  `omni2 call ${quoted(serverName)} ${quoted(tool)} --args ${quoted(JSON.stringify(args))}`

/** One word for a POSIX shell, whatever is in it. */
const quoted = (text: string): string =>
  /^[\w./:=@-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`

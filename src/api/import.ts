import { z } from 'zod'
import { PROTOCOLS } from '../core/config/server.ts'
import { Finding, Id } from './wire.ts'

/** Keys are free: what is in an mcp.json is judged entry by entry, not here. */
const AnyMap = z.record(z.string(), z.unknown())
const nameMap = (limit: number) => z.record(z.string().max(200), z.string().max(limit))

/**
 * An mcp.json: as `config` (JSON), as `text` (comments and trailing commas allowed), or with its own `mcpServers` or
 * `servers` right here.
 */
export const ImportInput = z
  .strictObject({
    config: AnyMap.optional(),
    text: z.string().max(1_000_000).optional(),
    mcpServers: AnyMap.optional(),
    servers: AnyMap.optional(),
    /** Only tells what would happen. */
    dry_run: z.boolean().default(false),
    /** Names as in the file; absent: all of them. */
    select: z.array(z.string().max(200)).max(1_000).optional(),
    /** From the name in the file to the wanted one. */
    rename: nameMap(200).optional(),
    /** Values of the inputs that the file asks for, by id; with `servers`, also the file's own list of inputs. */
    inputs: z.union([nameMap(8_192), z.array(AnyMap).max(1_000)]).optional(),
    /** Values of the inputs, where `inputs` is the file's own list. */
    input_values: nameMap(8_192).optional(),
  })
  .refine(
    (input) =>
      [input.config, input.text, input.mcpServers, input.servers].filter((form) => form !== undefined).length === 1,
    'Give one of config, text, mcpServers or servers',
  )
export type ImportInput = z.infer<typeof ImportInput>

/** A value the file leaves to whoever imports it; `secret` ones are kept unreadable. */
export const AskedInput = z.object({
  id: z.string(),
  description: z.string().nullable(),
  secret: z.boolean(),
  default: z.string().nullable(),
  options: z.array(z.string()),
})
export type AskedInput = z.infer<typeof AskedInput>

/**
 * One entry of the file. `ask` (it needs values for `inputs`) and `refuse` (see `errors`) keep the whole import from
 * happening until that is solved or the entry is left out.
 */
export const ImportEntry = z
  .object({
    name: z.string(),
    /** What it is or would be registered as. */
    proposed_name: z.string(),
    action: z.enum(['create', 'skip', 'ask', 'refuse']),
    /** Of the new server, once it exists. */
    server_id: Id.nullable(),
    protocol: z.enum(PROTOCOLS).nullable(),
    enabled: z.boolean(),
    warnings: z.array(Finding),
    errors: z.array(Finding),
    /** Ids of inputs it still needs a value for. */
    inputs: z.array(z.string()),
    /** Variables of Omni2's environment that it refers to. */
    variables: z.array(z.string()),
  })
  .meta({ id: 'ImportEntry' })
export type ImportEntry = z.infer<typeof ImportEntry>

export const ImportReport = z
  .object({
    dry_run: z.boolean(),
    format: z.enum(['mcpServers', 'servers', 'bare']),
    /** Servers registered by this call; 0 for a dry run and when an entry was refused. */
    created: z.int().min(0),
    entries: z.array(ImportEntry),
    warnings: z.array(Finding),
    /** Inputs that selected entries still need. */
    inputs: z.array(AskedInput),
  })
  .meta({ id: 'ImportReport' })
export type ImportReport = z.infer<typeof ImportReport>

/** An mcp.json without secrets: each is a reference to a variable named after the server and the key. */
export const McpJson = z
  .object({
    mcpServers: z.record(
      z.string(),
      z.object({
        type: z.enum(['http', 'sse', 'stdio']),
        url: z.string().optional(),
        headers: z.record(z.string(), z.string()).optional(),
        command: z.string().optional(),
        args: z.array(z.string()).optional(),
        env: z.record(z.string(), z.string()).optional(),
        disabled: z.boolean().optional(),
      }),
    ),
  })
  .meta({ id: 'McpJson' })
export type McpJson = z.infer<typeof McpJson>

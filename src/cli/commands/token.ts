import { type Command, InvalidArgumentError, Option } from 'commander'
import { type TokenCreated, TokenInput } from '../../api/tokens.ts'
import { findCollections } from '../collection-lookup.ts'
import { type Connection, connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { collectList } from '../option-values.ts'
import { findServers } from '../server-lookup.ts'
import { jsonText, oneLine } from '../text/printable.ts'
import { tokenTable } from '../text/token-table.ts'

type CreateOptions = {
  readonly role?: TokenInput['role']
  /** Milliseconds from now. */
  readonly expires?: number
  readonly servers?: readonly string[]
  readonly collections?: readonly string[]
  readonly dataDir?: string
  readonly databaseUrl?: string
  readonly config?: string
  readonly json?: true
}

export function addToken(program: Command, context: Context): void {
  const token = program.command('token').alias('tokens').description('Make, list and revoke API tokens')
  addCreate(token, context)
  addTokenList(token, context)
  addRevoke(token, context)
}

function addCreate(token: Command, context: Context): void {
  token
    .command('create')
    .argument('[name]', 'what the token is for', 'cli')
    .description('Make a token and show it this once')
    .addOption(
      new Option('--role <role>', 'what it may do (default: viewer; with --data-dir: admin)').choices(
        TokenInput.shape.role.options,
      ),
    )
    .option('--expires <span>', 'end of its life, such as 12h, 30d; default: none', readSpan)
    .option('--servers <names>', 'for an agent: these servers only', collectList)
    .option('--collections <names>', 'for an agent: these collections only', collectList)
    .option('--data-dir <folder>', "on Omni2's own host, without a token: write to this data folder")
    .option('--database-url <url>', 'the same for PostgreSQL; better given as DATABASE_URL')
    .option('--config <file>', 'the same, for what this YAML file names')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples(
        'omni2 token create ci --role operator --expires 30d',
        'omni2 token create writer --role agent --collections readers',
        'omni2 token create --data-dir ./data',
      ),
    )
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const { dataDir, databaseUrl, config, json, expires } = options
      const expiresAt = expires === undefined ? null : new Date(context.now() + expires).toISOString()
      const onHost = [dataDir, databaseUrl, config].some((flag) => flag !== undefined)
      const limited = options.servers !== undefined || options.collections !== undefined
      if (limited && onHost) throw new CliError(EXIT.usage, 'A limit needs a running Omni2: leave --data-dir out')
      const role = options.role ?? (limited ? 'agent' : onHost ? 'admin' : 'viewer')
      const input = { name, role, expires_at: expiresAt }
      const created = onHost
        ? await createOnHost(context, { dataDir, databaseUrl, config }, input)
        : await createHere(await connectionOf(context, command), input, options)
      say(
        context.err,
        json ? '' : `Token ${created.id} "${oneLine(created.name)}" (${created.role}). It is shown this once:`,
      )
      say(context.out, json ? jsonText(created) : created.token)
    })
}

/** With a limit to what the options name. @throws CliError for what there is not. */
async function createHere({ client }: Connection, input: TokenInput, { servers, collections }: CreateOptions) {
  if (servers === undefined && collections === undefined) return await client.createToken({ body: input })
  const limit = {
    servers: (await findServers(client, servers ?? [])).map(({ id }) => id),
    collections: (await findCollections(client, collections ?? [])).map(({ id }) => id),
  }
  return await client.createToken({ body: { ...input, limit } })
}

/** Loaded when needed: it brings the database along. */
async function createOnHost({ env }: Context, flags: Flags, input: TokenInput): Promise<TokenCreated> {
  const { createHostToken } = await import('../../server/host/create-token.ts')
  return await createHostToken({ env, flags }, input)
}

type Flags = Readonly<Record<string, string | undefined>>

function addTokenList(token: Command, context: Context): void {
  token
    .command('list')
    .alias('ls')
    .description('List tokens, without their secrets')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('omni2 token list'))
    .action(async (options: { json?: true }, command: Command) => {
      const { client } = await connectionOf(context, command)
      const { tokens } = await client.listTokens({ query: { limit: 1_000 } })
      say(context.out, options.json ? jsonText({ tokens }) : tokenTable(tokens, viewOf(context)))
    })
}

function addRevoke(token: Command, context: Context): void {
  token
    .command('revoke')
    .argument('<id...>', 'as omni2 token list shows them')
    .description('End tokens and the sessions made from them')
    .addHelpText('after', examples('omni2 token revoke 3'))
    .action(async (ids: readonly string[], _options: object, command: Command) => {
      const { client } = await connectionOf(context, command)
      for (const id of ids) {
        await client.deleteToken({ params: { id } })
        say(context.out, `Revoked ${oneLine(id)}.`)
      }
    })
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

function readSpan(text: string): number {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  const ms = Number(count) * (UNITS[unit] ?? Number.NaN)
  if (ms > 0) return ms
  throw new InvalidArgumentError('Write it like 90m, 12h or 30d.')
}

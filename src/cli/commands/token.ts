import { type Command, InvalidArgumentError, Option } from 'commander'
import { type TokenCreated, TokenInput } from '../../api/tokens.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { jsonText, oneLine } from '../text/printable.ts'
import { tokenTable } from '../text/token-table.ts'

type CreateOptions = {
  readonly role?: TokenInput['role']
  /** Milliseconds from now. */
  readonly expires?: number
  readonly dataDir?: string
  readonly databaseUrl?: string
  readonly config?: string
  readonly json?: true
}

export function addToken(program: Command, context: Context): void {
  const token = program.command('token').description('Make, list and revoke API tokens')
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
    .option('--data-dir <folder>', "on Omni2's own host, without a token: write to this data folder")
    .option('--database-url <url>', 'the same for PostgreSQL; better given as DATABASE_URL')
    .option('--config <file>', 'the same, for what this YAML file names')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples('omni2 token create ci --role operator --expires 30d', 'omni2 token create --data-dir ./data'),
    )
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const { dataDir, databaseUrl, config, json, expires } = options
      const expiresAt = expires === undefined ? null : new Date(context.now() + expires).toISOString()
      const onHost = [dataDir, databaseUrl, config].some((flag) => flag !== undefined)
      const role = options.role ?? (onHost ? 'admin' : 'viewer')
      const input = { name, role, expires_at: expiresAt }
      const created = onHost
        ? await createOnHost(context, { dataDir, databaseUrl, config }, input)
        : await (await connectionOf(context, command)).client.createToken({ body: input })
      say(
        context.err,
        json ? '' : `Token ${created.id} "${oneLine(created.name)}" (${created.role}). It is shown this once:`,
      )
      say(context.out, json ? jsonText(created) : created.token)
    })
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

import type { Command } from 'commander'
import { ApiError } from '../../api/client.ts'
import { DEFAULT_URL, isUnprotected, omni2Url } from '../address.ts'
import { secretFrom } from '../ask.ts'
import { connectTo } from '../connection.ts'
import { type Context, say } from '../context.ts'
import { addCredentials, credentialsFile } from '../credentials.ts'
import { examples } from '../examples.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { paintFor } from '../text/paint.ts'
import { oneLine } from '../text/printable.ts'

export function addLogin(program: Command, context: Context): void {
  program
    .command('login')
    .argument('[url]', `address of Omni2 (default: OMNI2_URL or ${DEFAULT_URL})`)
    .description('Sign this command line in: asks for a token without showing it, or reads it from standard input')
    .addHelpText('after', examples('omni2 login', 'omni2 login https://omni2.example.com < token.txt'))
    .action(async (given: string | undefined, _options: object, command: Command) => {
      const { url: option } = command.optsWithGlobals<{ url?: string }>()
      await login(context, omni2Url(given ?? option ?? context.env.OMNI2_URL ?? DEFAULT_URL))
    })
}

async function login(context: Context, url: string): Promise<void> {
  const { env, out, err } = context
  await connectTo(context, url, undefined).client.getLive()
  if (isUnprotected(url)) say(err, paintFor(err, env).warn(`The token goes to ${url} unencrypted; https is safer.`))
  const token = await secretFrom(context, `Token for ${url}`)
  const { name, role } = await connectTo(context, url, token)
    .client.getSession()
    .catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.problem.status !== 401) throw error
      throw new CliError(EXIT.failed, `${url} does not accept this token`, {
        hints: ['Make another one on the host of Omni2 with: omni2 token create --data-dir ./data'],
      })
    })
  await addCredentials(env, url, token)
  say(out, `Signed in to ${url} as ${oneLine(name)} (${role}).`)
  say(err, `The token is kept in ${credentialsFile(env)}, readable by you only.`)
}

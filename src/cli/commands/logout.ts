import type { Command } from 'commander'
import { omni2Url } from '../address.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say } from '../context.ts'
import { removeCredentials } from '../credentials.ts'
import { examples } from '../examples.ts'

export function addLogout(program: Command, context: Context): void {
  program
    .command('logout')
    .argument('[url]', 'address of Omni2 (default: the one you would talk to)')
    .description('Forget the token that login stored; revoke it with omni2 token revoke')
    .addHelpText('after', examples('omni2 logout'))
    .action(async (given: string | undefined, _options: object, command: Command) => {
      const url = given === undefined ? (await connectionOf(context, command)).url : omni2Url(given)
      const removed = await removeCredentials(context.env, url)
      say(context.out, removed ? `Forgot the token for ${url}.` : `No token for ${url} was kept.`)
    })
}

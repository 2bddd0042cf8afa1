import { Argument, type Command } from 'commander'
import type { Client } from '../../api/client.ts'
import { AGENT_CLIENTS, type AgentClient, type AgentEndpoint, clientConfig } from '../../api/client-config.ts'
import { findCollection } from '../collection-lookup.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say } from '../context.ts'
import { type EndpointOptions, endpointOf, withEndpoint } from '../endpoint-options.ts'
import { examples } from '../examples.ts'
import { findServer } from '../server-lookup.ts'
import { jsonText } from '../text/printable.ts'

type Options = EndpointOptions & { readonly newToken?: true; readonly json?: true }

export function addClientConfig(program: Command, context: Context): void {
  withEndpoint(program.command('client-config'))
    .addArgument(new Argument('<client>', 'which program is to be connected').choices(AGENT_CLIENTS))
    .description('Print what to paste into the configuration of an agent to connect it')
    .option('--new-token', 'make a token for it, limited to what was named, and write it out')
    .option('--json', 'as JSON, with the file and notes')
    .addHelpText(
      'after',
      examples('omni2 client-config cursor', 'omni2 client-config claude --collection readers --new-token'),
    )
    .action(async (client: AgentClient, options: Options, command: Command) => {
      const connection = await connectionOf(context, command)
      const { endpoint, limit } = await known(connection.client, endpointOf(options))
      const body = {
        name: `${client}${endpoint.kind === 'everything' ? '' : ` ${endpoint.name}`}`,
        role: 'agent',
      } as const
      const token = options.newToken && (await connection.client.createToken({ body: { ...body, limit } })).token
      const config = clientConfig({ client, url: connection.url.replace(/\/$/, ''), endpoint, token })
      if (options.json) return say(context.out, jsonText(config))
      say(context.err, `${config.title}: put this into ${config.file}`)
      say(context.out, config.text)
      for (const note of config.notes) say(context.err, note)
    })
}

/** The endpoint by the name Omni2 has for it, and the limit of a token for it. @throws CliError for what there is not. */
async function known(client: Client, endpoint: AgentEndpoint) {
  switch (endpoint.kind) {
    case 'everything':
      return { endpoint, limit: null }
    case 'server': {
      const { id, name } = await findServer(client, endpoint.name)
      return { endpoint: { ...endpoint, name }, limit: { servers: [id] } }
    }
    case 'collection': {
      const { id, name } = await findCollection(client, endpoint.name)
      return { endpoint: { ...endpoint, name }, limit: { collections: [id] } }
    }
  }
}

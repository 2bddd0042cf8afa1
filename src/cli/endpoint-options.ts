import { type Command, Option } from 'commander'
import type { AgentEndpoint } from '../api/client-config.ts'

export type EndpointOptions = { readonly server?: string; readonly collection?: string }

/** Adds `--server` and `--collection`, of which one may be given. */
export const withEndpoint = (command: Command): Command =>
  command
    .addOption(new Option('--server <name>', 'one server, its names untouched').conflicts('collection'))
    .addOption(new Option('--collection <name>', 'one collection'))

/** What the options name; everything without one. */
export function endpointOf({ server, collection }: EndpointOptions): AgentEndpoint {
  if (server !== undefined) return { kind: 'server', name: server }
  return collection === undefined ? { kind: 'everything' } : { kind: 'collection', name: collection }
}

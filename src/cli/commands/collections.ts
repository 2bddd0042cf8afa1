import type { Command } from 'commander'
import type { Client } from '../../api/client.ts'
import type { CollectionServerView } from '../../api/collections.ts'
import { askYes, canAsk } from '../ask.ts'
import { type CollectionEdits, editedServers } from '../collection-edit.ts'
import { allCollections, findCollection } from '../collection-lookup.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { collectList, collectPair } from '../option-values.ts'
import { findServers } from '../server-lookup.ts'
import { collectionTable, collectionText } from '../text/collection-text.ts'
import { jsonText } from '../text/printable.ts'

type Json = { readonly json?: true }
type EditOptions = CollectionEdits & Json & { readonly description?: string; readonly rename?: string }

export function addCollections(program: Command, context: Context): void {
  const group = program
    .command('collections')
    .description('Chosen sets of servers and tools, each with its own endpoint')
    .addHelpText('after', examples('omni2 collections list', 'omni2 collections create readers --on files/read'))
  addListing(group, context)
  addCreate(group, context)
  addEdit(group, context)
  addDelete(group, context)
}

function addListing(group: Command, context: Context): void {
  group
    .command('list', { isDefault: true })
    .alias('ls')
    .description('List collections and what is missing in them')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('omni2 collections list'))
    .action(async ({ json }: Json, command: Command) => {
      const collections = await allCollections((await connectionOf(context, command)).client)
      if (json) return say(context.out, jsonText({ collections }))
      say(context.out, collections.length === 0 ? 'No collections yet.' : collectionTable(collections, viewOf(context)))
    })
  group
    .command('show')
    .argument('<collection>', 'name or id')
    .description('Show what a collection offers of each server')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('omni2 collections show readers'))
    .action(async (name: string, { json }: Json, command: Command) => {
      const collection = await findCollection((await connectionOf(context, command)).client, name)
      say(context.out, json ? jsonText(collection) : collectionText(collection, viewOf(context)))
    })
}

function addCreate(group: Command, context: Context): void {
  withEdits(group.command('create').argument('<name>', 'part of its endpoint: /collections/<name>/mcp'))
    .description('Make a collection')
    .addHelpText(
      'after',
      examples(
        'omni2 collections create work --add github,jira --off github/delete_repository',
        'omni2 collections create readers --on files/read --on github/search --call github/search=find',
      ),
    )
    .action(async (name: string, options: EditOptions, command: Command) => {
      const { client } = await connectionOf(context, command)
      const servers = await edited(client, [], options)
      const { description = '' } = options
      const created = await client.createCollection({ body: { name, description, servers } })
      say(context.out, options.json ? jsonText(created) : collectionText(created, viewOf(context)))
    })
}

function addEdit(group: Command, context: Context): void {
  withEdits(group.command('edit').argument('<collection>', 'name or id'))
    .description('Change a collection; what is not named stays')
    .option('--rename <name>', 'another name, and with it another endpoint')
    .option('--remove <servers>', 'leave these out; several times or with commas', collectList)
    .addHelpText(
      'after',
      examples(
        "omni2 collections edit work --off 'github/*' --on github/search",
        'omni2 collections edit work --describe github/search="Finds issues of our team"',
      ),
    )
    .action(async (wanted: string, options: EditOptions, command: Command) => {
      const { client } = await connectionOf(context, command)
      const { id, etag, servers } = await findCollection(client, wanted)
      const { rename, description } = options
      const body = {
        ...(rename === undefined ? {} : { name: rename }),
        ...(description === undefined ? {} : { description }),
        servers: await edited(client, servers, options),
      }
      const changed = await client.updateCollection({ params: { id }, body, ifMatch: etag })
      say(context.out, options.json ? jsonText(changed) : collectionText(changed, viewOf(context)))
    })
}

function addDelete(group: Command, context: Context): void {
  group
    .command('delete')
    .alias('rm')
    .argument('<collection>', 'name or id')
    .description('Remove a collection and its endpoint; its servers stay')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('omni2 collections delete readers --yes'))
    .action(async (wanted: string, { yes }: { yes?: true }, command: Command) => {
      const { client } = await connectionOf(context, command)
      const { id, name, path } = await findCollection(client, wanted)
      if (!yes) {
        if (!canAsk(context)) throw new CliError(EXIT.usage, `Add --yes to delete ${name}`)
        if (!(await askYes(context, `Delete ${name}? Agents lose ${path}.`, false)))
          return say(context.err, 'Nothing was deleted.')
      }
      await client.deleteCollection({ params: { id } })
      say(context.out, `Deleted ${name}.`)
    })
}

const withEdits = (command: Command): Command =>
  command
    .option('--add <servers>', 'whole servers by name; several times or with commas', collectList)
    .option('--on <server/tool>', 'switch a tool on; server/* all that are not named', collectList)
    .option('--off <server/tool>', 'switch a tool off; server/* all that are not named', collectList)
    .option('--call <server/tool=name>', 'give a tool another name; empty: the usual one', collectPair)
    .option('--describe <server/tool=text>', 'describe a tool otherwise; empty: as its server does', collectPair)
    .option('--description <text>', 'what the collection is for')
    .option('--json', 'as JSON')

/** The servers with the edits made. One that was removed can still be left out by its name. */
async function edited(client: Client, servers: readonly CollectionServerView[], edits: CollectionEdits) {
  const tools = [...(edits.on ?? []), ...(edits.off ?? []), ...keys(edits.call), ...keys(edits.describe)]
  const own = new Map(servers.map(({ server_id, server_name }) => [server_name, server_id]))
  const names = [...(edits.add ?? []), ...(edits.remove ?? []), ...tools.map((target) => target.split('/')[0] ?? '')]
  const others = [...new Set(names.filter((name) => !own.has(name)))]
  const found = others.length === 0 ? [] : await findServers(client, others)
  const ids = new Map([...own, ...others.map((name, index) => [name, found[index]?.id ?? 0] as const)])
  const inputs = servers.map(({ server_id, other_tools, prompts, resources, tools }) => ({
    ...{ server_id, other_tools, prompts, resources },
    tools: tools.map(({ tool, on, name, description }) => ({ tool, on, name, description })),
  }))
  return [...editedServers(inputs, edits, (name) => ids.get(name) ?? 0)]
}

const keys = (record: object | undefined): readonly string[] => Object.keys(record ?? {})

import type { CollectionServerView, CollectionView } from '../../api/collections.ts'
import type { View } from '../context.ts'
import { type Column, fitting, tableLines } from './columns.ts'
import type { Paint } from './paint.ts'
import { oneLine } from './printable.ts'

export function collectionTable(collections: readonly CollectionView[], { paint, width }: View): string {
  const columns: readonly Column<CollectionView>[] = [
    { title: 'NAME', cell: ({ name }) => ({ text: oneLine(name), paint: paint.strong }) },
    { title: 'SERVERS', cell: ({ servers }) => ({ text: String(servers.length) }), align: 'right' },
    { title: 'TOOLS', cell: ({ tool_count }) => ({ text: String(tool_count) }), align: 'right' },
    { title: 'MISSING', cell: ({ missing }) => ({ text: missing.map(oneLine).join(', ') || '-', paint: paint.bad }) },
    { title: 'ENDPOINT', cell: ({ path }) => ({ text: path }), expendable: 1 },
    { title: 'DESCRIPTION', cell: ({ description }) => ({ text: oneLine(description) || '-' }), expendable: 2 },
  ]
  return tableLines(fitting(columns, collections, width), collections, paint).join('\n')
}

/** A collection with what it offers of each server. */
export const collectionText = (
  { name, path, description, tool_count, servers }: CollectionView,
  { paint }: View,
): string =>
  [
    `${paint.strong(oneLine(name))}: ${tool_count} tools of ${servers.length} servers, at ${path}`,
    ...(description === '' ? [] : [oneLine(description)]),
    ...servers.flatMap((server) => ['', ...serverLines(server, paint)]),
  ].join('\n')

function serverLines(server: CollectionServerView, paint: Paint): readonly string[] {
  const { server_name, missing, tools, other_tools, prompts, resources } = server
  if (missing) return [`${paint.strong(oneLine(server_name))} ${paint.bad('was removed')}`]
  const also = [...(prompts ? ['prompts'] : []), ...(resources ? ['resources'] : [])]
  const others = `${tools.length === 0 ? 'tools' : 'other tools'} ${other_tools ? 'on' : 'off'}`
  return [
    `${paint.strong(oneLine(server_name))}: ${[others, ...also].join(', ')}`,
    ...tools.map(({ tool, on, name, description, missing }) =>
      [
        `  ${on ? paint.good('on ') : paint.quiet('off')} ${oneLine(tool)}`,
        ...(name === null ? [] : [`as ${oneLine(name)}`]),
        ...(description === null ? [] : [paint.quiet(oneLine(description))]),
        ...(missing ? [paint.bad('not offered any more')] : []),
      ].join(' '),
    ),
  ]
}

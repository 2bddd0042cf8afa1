import { createRequire } from 'node:module'
import { ChildServer } from './child-server.ts'

/** How a stdio server is run; whoever connects starts it. */
export type StdioCommand = {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const require = createRequire(import.meta.url)
const EVERYTHING = require.resolve('@modelcontextprotocol/server-everything/dist/index.js')
const FILESYSTEM = require.resolve('@modelcontextprotocol/server-filesystem/dist/index.js')
const MEMORY = require.resolve('@modelcontextprotocol/server-memory/dist/index.js')
const PROXY = require.resolve('mcp-proxy/dist/bin/mcp-proxy.mjs')

/** Servers that other people wrote, from npm. `await using server = await everythingHttp()` ends them with the block. */
export const everythingHttp = (): Promise<ChildServer> =>
  new ChildServer({ name: 'everything-http', path: '/mcp', args: () => [EVERYTHING, 'streamableHttp'] }).start()

export const everythingSse = (): Promise<ChildServer> =>
  new ChildServer({ name: 'everything-sse', path: '/sse', args: () => [EVERYTHING, 'sse'] }).start()

/** A modern (2026-07-28) endpoint: mcp-proxy in front of a stdio server, which is server-everything if none is given. */
export const modernProxy = ({ command, args }: StdioCommand = everythingStdio()): Promise<ChildServer> =>
  new ChildServer({
    name: 'everything-modern',
    path: '/mcp',
    args: (port) => [PROXY, '--port', `${port}`, '--host', '127.0.0.1', '--', command, ...args],
  }).start()

export const everythingStdio = (): StdioCommand => nodeCommand([EVERYTHING, 'stdio'])

/** @param directory the one it may read and write; it must exist. */
export const filesystemStdio = (directory: string): StdioCommand => nodeCommand([FILESYSTEM, directory])

/** @param file where it keeps its graph; made when it is first needed. */
export const memoryStdio = (file: string): StdioCommand => nodeCommand([MEMORY], { MEMORY_FILE_PATH: file })

const nodeCommand = (args: readonly string[], env: Readonly<Record<string, string>> = {}): StdioCommand => ({
  command: process.execPath,
  args,
  env,
})

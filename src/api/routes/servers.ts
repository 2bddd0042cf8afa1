import { z } from 'zod'
import { ServerCapabilities } from '../capabilities-view.ts'
import { ImportInput, ImportReport, McpJson } from '../import.ts'
import { ServerFilter } from '../jobs.ts'
import { paging, pathId } from '../query.ts'
import { type Route, SERVERS } from '../route.ts'
import { CreateServerInput, UpdateServerInput } from '../server-input.ts'
import { ServerIncludes, ServerList, ServerView } from '../server-view.ts'
import { StderrView } from '../stderr.ts'

const params = z.strictObject({ id: pathId })
const tags = ['servers']

/** The register of servers and what is known of each. */
export const serverRoutes = {
  listServers: {
    method: 'GET',
    path: SERVERS,
    access: 'viewer',
    summary: 'List servers with their status; never triggers a check',
    tags,
    query: ServerFilter.extend({ ...paging, ...ServerIncludes }),
    status: 200,
    answer: ServerList,
  },
  createServer: {
    method: 'POST',
    path: SERVERS,
    access: 'admin',
    summary: 'Register a server; its first check starts at once',
    tags,
    body: CreateServerInput,
    status: 201,
    answer: ServerView,
  },
  importServers: {
    method: 'POST',
    path: `${SERVERS}/import`,
    access: 'admin',
    summary: 'Register the servers of an mcp.json, all that are selected or none',
    tags,
    body: ImportInput,
    status: 200,
    answer: ImportReport,
  },
  exportServers: {
    method: 'GET',
    path: `${SERVERS}/export`,
    access: 'viewer',
    summary: 'Every server as mcp.json, without secrets',
    tags,
    status: 200,
    answer: McpJson,
  },
  getServer: {
    method: 'GET',
    path: `${SERVERS}/:id`,
    access: 'viewer',
    summary: 'One server',
    tags,
    params,
    query: z.strictObject(ServerIncludes),
    status: 200,
    answer: ServerView,
  },
  updateServer: {
    method: 'PATCH',
    path: `${SERVERS}/:id`,
    access: 'admin',
    summary: 'Change a server; with If-Match only while its etag is that one',
    tags,
    params,
    body: UpdateServerInput,
    status: 200,
    answer: ServerView,
  },
  deleteServer: {
    method: 'DELETE',
    path: `${SERVERS}/:id`,
    access: 'admin',
    summary: 'Remove a server',
    tags,
    params,
    status: 204,
  },
  enableServer: {
    method: 'POST',
    path: `${SERVERS}/:id/enable`,
    access: 'operator',
    summary: 'Enable a server, reset its breaker and check it',
    tags,
    params,
    status: 200,
    answer: ServerView,
  },
  disableServer: {
    method: 'POST',
    path: `${SERVERS}/:id/disable`,
    access: 'operator',
    summary: 'Disable a server: no checks, no calls',
    tags,
    params,
    status: 200,
    answer: ServerView,
  },
  getCapabilities: {
    method: 'GET',
    path: `${SERVERS}/:id/capabilities`,
    access: 'viewer',
    summary: 'Tools, prompts and resources as last seen',
    tags,
    params,
    status: 200,
    answer: ServerCapabilities,
  },
  getStderr: {
    method: 'GET',
    path: `${SERVERS}/:id/stderr`,
    access: 'viewer',
    summary: 'The last 64 KiB a stdio server wrote to stderr',
    tags,
    params,
    status: 200,
    answer: StderrView,
  },
} as const satisfies Record<string, Route>

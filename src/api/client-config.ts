/** Programs that speak MCP and keep it in a file of their own; `stdio`: any that only starts processes. */
export const AGENT_CLIENTS = [
  'claude-code',
  'claude',
  'cursor',
  'vscode',
  'windsurf',
  'codex',
  'gemini',
  'zed',
  'stdio',
] as const
export type AgentClient = (typeof AGENT_CLIENTS)[number]

/** What an agent is to reach: everything its token may use, one server, or one collection. */
export type AgentEndpoint =
  | { readonly kind: 'everything' }
  | { readonly kind: 'server' | 'collection'; readonly name: string }

/** What a person pastes where. */
export type ClientConfig = {
  /** How the client calls itself. */
  readonly title: string
  /** Where it goes; part of the file when there is one already. */
  readonly file: string
  readonly text: string
  /** What to do beside pasting, in sentences. */
  readonly notes: readonly string[]
}

type Request = {
  readonly client: AgentClient
  /** Where Omni2 is, without a slash at its end. */
  readonly url: string
  readonly endpoint: AgentEndpoint
  /** Written out; absent: the client takes it from OMNI2_TOKEN where it can. */
  readonly token?: string | undefined
}

export const endpointPath = (endpoint: AgentEndpoint): string => {
  if (endpoint.kind === 'everything') return '/mcp'
  return `/${endpoint.kind === 'server' ? 'servers' : 'collections'}/${endpoint.name}/mcp`
}

/** How Omni2 is called in the client: `omni2`, or `omni2-github` for a part of it. */
const entryName = (endpoint: AgentEndpoint): string =>
  endpoint.kind === 'everything' ? 'omni2' : `omni2-${endpoint.name.replaceAll('.', '-')}`

const PLACEHOLDER = '<token>'
const FROM_ENVIRONMENT = 'It reads the token from the variable OMNI2_TOKEN of the environment it was started in.'
const WRITE_TOKEN = `Write the token of an agent in the place of ${PLACEHOLDER}.`

type Format = (request: Request & { readonly at: string; readonly name: string }) => ClientConfig

/** The part of a client's configuration that leads it to Omni2, in the client's own format. */
export const clientConfig = (request: Request): ClientConfig =>
  FORMATS[request.client]({
    ...request,
    at: `${request.url}${endpointPath(request.endpoint)}`,
    name: entryName(request.endpoint),
  })

const FORMATS: Readonly<Record<AgentClient, Format>> = {
  'claude-code': ({ at, name, token }) => ({
    title: 'Claude Code',
    file: '.mcp.json of a project',
    text: json({ mcpServers: { [name]: { type: 'http', url: at, ...bearer(token ?? '${OMNI2_TOKEN}') } } }),
    notes: token ? [] : [FROM_ENVIRONMENT],
  }),
  claude: (request) => ({
    ...stdio(request),
    title: 'Claude Desktop',
    file: 'claude_desktop_config.json (Settings, Developer, Edit Config)',
  }),
  cursor: ({ at, name, token }) => ({
    title: 'Cursor',
    file: '~/.cursor/mcp.json, or .cursor/mcp.json of a project',
    text: json({ mcpServers: { [name]: { url: at, ...bearer(token ?? '${env:OMNI2_TOKEN}') } } }),
    notes: token ? [] : [FROM_ENVIRONMENT],
  }),
  vscode: ({ at, name, token }) => ({
    title: 'VS Code',
    file: '.vscode/mcp.json of a project, or that of the user (MCP: Open User Configuration)',
    text: json({
      ...(token
        ? {}
        : {
            inputs: [{ type: 'promptString', id: 'omni2-token', description: 'Token for Omni2', password: true }],
          }),
      servers: { [name]: { type: 'http', url: at, ...bearer(token ?? '${input:omni2-token}') } },
    }),
    notes: token ? [] : ['It asks for the token once and keeps it.'],
  }),
  windsurf: ({ at, name, token }) => ({
    title: 'Windsurf',
    file: '~/.codeium/windsurf/mcp_config.json',
    text: json({ mcpServers: { [name]: { serverUrl: at, ...bearer(token ?? '${env:OMNI2_TOKEN}') } } }),
    notes: token ? [] : [FROM_ENVIRONMENT],
  }),
  codex: ({ at, name, token }) => ({
    title: 'Codex',
    file: '~/.codex/config.toml',
    // A name with only these characters needs no quotes in TOML, and a JSON string is one of TOML.
    text: [
      `[mcp_servers.${name}]`,
      `url = ${JSON.stringify(at)}`,
      token
        ? `http_headers = { "Authorization" = ${JSON.stringify(`Bearer ${token}`)} }`
        : 'bearer_token_env_var = "OMNI2_TOKEN"',
    ].join('\n'),
    notes: token ? [] : [FROM_ENVIRONMENT],
  }),
  gemini: ({ at, name, token }) => ({
    title: 'Gemini CLI',
    file: '~/.gemini/settings.json, or .gemini/settings.json of a project',
    text: json({ mcpServers: { [name]: { httpUrl: at, ...bearer(token ?? '${OMNI2_TOKEN}') } } }),
    notes: token ? [] : [FROM_ENVIRONMENT],
  }),
  zed: ({ at, name, token }) => ({
    title: 'Zed',
    file: 'settings.json (zed: open settings file)',
    text: json({ context_servers: { [name]: { url: at, ...bearer(token ?? PLACEHOLDER) } } }),
    notes: token ? [] : [WRITE_TOKEN],
  }),
  stdio: (request) => stdio(request),
}

/** Through `omni2 connect`, for what only starts processes. */
function stdio({ url, endpoint, name, token }: Parameters<Format>[0]): ClientConfig {
  const args = ['connect', ...(endpoint.kind === 'everything' ? [] : [`--${endpoint.kind}`, endpoint.name])]
  const env = { OMNI2_URL: url, OMNI2_TOKEN: token ?? PLACEHOLDER }
  return {
    title: 'Any client that starts processes',
    file: 'the mcp.json of the client',
    text: json({ mcpServers: { [name]: { command: 'omni2', args, env } } }),
    notes: [
      ...(token ? [] : [WRITE_TOKEN]),
      'The command omni2 must be installed on that machine; give its full path when the client does not find it.',
    ],
  }
}

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })

const json = (value: object): string => JSON.stringify(value, null, 2)

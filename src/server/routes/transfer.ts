import { type McpJsonReading, parseMcpJson } from '../../core/config/mcp-json.ts'
import { exportMcpJson } from '../../core/config/mcp-json-export.ts'
import type { ServerId } from '../../core/ids.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import type { Registry } from '../../core/watch/registry.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { type TargetRules, targetProblem } from '../target-rules.ts'
import { importDocument, importOptions, importReport, isImportable } from '../views/import.ts'

type Deps = { readonly fleet: Fleet; readonly registry: Registry; readonly rules: TargetRules }

/** Servers in and out as mcp.json. */
export function transferHandlers({ fleet, registry, rules }: Deps) {
  return {
    async importServers({ body }) {
      const options = importOptions(body, (name) => fleet.byName(name) !== undefined)
      const reading = judged(parseMcpJson(importDocument(body), options), rules)
      if (body.dry_run || !isImportable(reading)) return importReport(reading, body.dry_run)
      const entries = reading.entries.flatMap(({ selected, config, enabled }) =>
        selected && config ? [{ config, enabled }] : [],
      )
      const members = await registry.createAll(entries)
      const created = new Map<string, ServerId>(members.map(({ server }) => [server.config.name, server.id]))
      return importReport(reading, false, created)
    },
    async exportServers() {
      const servers = [...fleet.all()].map(({ server, state }) => ({
        config: server.config,
        enabled: state.admin.kind === 'active',
      }))
      return exportMcpJson(servers)
    },
  } satisfies HandlersOf<'importServers' | 'exportServers'>
}

/** The reading with entries refused whose target is not allowed here. */
const judged = (reading: McpJsonReading, rules: TargetRules): McpJsonReading => ({
  ...reading,
  entries: reading.entries.map((entry) => {
    const problem = entry.config && targetProblem(entry.config, rules)
    return problem ? { ...entry, config: undefined, errors: [...entry.errors, problem] } : entry
  }),
})

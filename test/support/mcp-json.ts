import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Secret } from '../../src/core/config/secret.ts'
import { openVault } from '../../src/store/vault.ts'

const require = createRequire(import.meta.url)
const RESOLVER = require.resolve('../fixtures/resolver.ts')

/** A file as a product wrote it. */
export const mcpJson = (name: 'claude-desktop.json' | 'cursor.json' | 'vscode.jsonc' | 'claude-code.json'): string =>
  readFileSync(require.resolve(`../fixtures/mcp-json/${name}`), 'utf8')

/** Lets an Omni2 find no name and no program, so that nothing of a foreign file is really reached or run. */
export const NOWHERE = { NODE_OPTIONS: `--import=${RESOLVER}`, PATH: '/nonexistent' }

/** What the SQLite file of a data directory holds of each server: openly, and unsealed. */
export async function storedServers(
  dataDir: string,
  secretKey?: string,
): Promise<Record<string, { open: string; unsealed: string }>> {
  const vault = await openVault({ dataDir, secretKey: secretKey === undefined ? undefined : new Secret(secretKey) })
  using db = new DatabaseSync(path.join(dataDir, 'omni2.db'), { readOnly: true })
  const rows = db.prepare('select name, config, sealed from server').all()
  return Object.fromEntries(
    rows.map((row) => [String(row.name), { open: String(row.config), unsealed: vault.open(String(row.sealed)) }]),
  )
}

import type { Command } from 'commander'
import type { Sources } from '../server/config/config.ts'
import { SETTINGS } from '../server/config/settings.ts'
import type { Context } from './context.ts'

/** Flags by which a command on Omni2's own host finds its database, as `serve` does. */
const NAMES = ['dataDir', 'databaseUrl'] as const

export function addHostFlags(command: Command): Command {
  for (const name of NAMES) {
    const { flag, about, env } = SETTINGS[name]
    command.option(`${flag} <value>`, `${about} (${env})`)
  }
  return command.option('--config <file>', 'YAML file of settings; the environment and flags win (OMNI2_CONFIG)')
}

export type HostFlags = { readonly dataDir?: string; readonly databaseUrl?: string; readonly config?: string }

export const hostSources = ({ env }: Context, { dataDir, databaseUrl, config }: HostFlags): Sources => ({
  env,
  flags: { dataDir, databaseUrl, config },
})

import type { Command } from 'commander'
import { z } from 'zod'
import { SETTINGS } from '../server/config/settings.ts'

/** Gives a command one flag for each setting, and `--config` for the file that names the same. */
export function addSettingFlags(command: Command): Command {
  for (const { flag, about, env } of Object.values(SETTINGS)) command.option(`${flag} <value>`, `${about} (${env})`)
  return command.option('--config <file>', 'YAML file of settings; the environment and flags win (OMNI2_CONFIG)')
}

/** The flags that were given, by the settings' names in code; a command's own options are no text. */
export const settingFlags = (command: Command): Readonly<Record<string, string | undefined>> =>
  Flags.parse(command.opts())

const Flags = z.record(z.string(), z.string().optional().catch(undefined))

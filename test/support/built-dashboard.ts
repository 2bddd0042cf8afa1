import { execFileSync } from 'node:child_process'

/** What the browser loads is what the sources say now. */
export const setup = (): void =>
  void execFileSync(process.execPath, ['build/web.ts', '--if-stale'], { stdio: ['ignore', 'ignore', 'inherit'] })

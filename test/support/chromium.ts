import { existsSync } from 'node:fs'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
]

/** A real Chromium without a window: the installed one, else the one that npm brought. */
export async function launchChromium(): Promise<Browser> {
  const installed = INSTALLED.find((file) => existsSync(file))
  return chromium.launch({
    executablePath: installed ?? (await sparticuz.executablePath()),
    // Nobody but our own server is spoken to, and as root there is no sandbox.
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...(installed ? [] : sparticuz.args)],
  })
}

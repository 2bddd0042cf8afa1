import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page, Request } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import type { Omni2 } from './omni2.ts'

/** A refused `eval` that somebody catches is told nowhere else. */
const TELL_VIOLATIONS = `addEventListener('securitypolicyviolation', (event) =>
  console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile))`

const SCREENSHOTS = path.resolve('test/browser/screenshots')

/** How people see a page. */
const LOOKS = {
  light: { colorScheme: 'light', width: 1440, height: 900 },
  dark: { colorScheme: 'dark', width: 1440, height: 900 },
  phone: { colorScheme: 'light', width: 390, height: 844 },
} as const

/** On the way from one look to the other colours are of neither. Transitions end; other animations may not. */
const TRANSITIONS_END = `Promise.allSettled(
  document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished))`

/** What a page needs of the Omni2 it shows. */
type Shown = Pick<Omni2, 'url' | 'adminToken'> & { readonly process?: Pick<Omni2['process'], 'output'> }

type Options = {
  /** Whose session the page has; `null`: nobody's. */
  readonly token?: string | null
  readonly path?: string
  /** Errors in the console that the test is about. */
  readonly expected?: RegExp
}

/**
 * The dashboard in a real browser. At the end of its `await using` block it throws for whatever went wrong unseen: errors in
 * the console, violations of the policy, requests to others, and errors in the server's log.
 */
export class DashboardPage implements AsyncDisposable {
  readonly page: Page
  readonly #browser: Browser
  readonly #omni2: Shown
  readonly #expected: RegExp | undefined
  readonly #wrong: string[] = []
  readonly #scripts: Request[] = []

  static async open(omni2: Shown, { token = omni2.adminToken, path: at = '/', expected }: Options = {}) {
    const browser = await launchChromium()
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, baseURL: omni2.url })
    if (token !== null) {
      const answer = await context.request.post('/api/v1/session', { data: { token } })
      if (!answer.ok()) throw new Error(`Could not sign in: ${answer.status()} ${await answer.text()}`)
    }
    await context.addInitScript(TELL_VIOLATIONS)
    const dashboard = new DashboardPage(browser, await context.newPage(), omni2, expected)
    await dashboard.page.goto(at)
    return dashboard
  }

  private constructor(browser: Browser, page: Page, omni2: Shown, expected: RegExp | undefined) {
    this.page = page
    this.#browser = browser
    this.#omni2 = omni2
    this.#expected = expected
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#note(`console: ${message.text()}`)
    })
    page.on('pageerror', (error) => this.#note(`uncaught: ${error.stack ?? error.message}`))
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      if (origin !== omni2.url && protocol !== 'data:' && protocol !== 'blob:') this.#note(`asked ${request.url()}`)
    })
    page.on('requestfinished', (request) => {
      if (new URL(request.url()).pathname.endsWith('.js')) this.#scripts.push(request)
    })
  }

  /** Bytes of the scripts loaded so far, as they came over the wire. */
  async scriptBytes(): Promise<number> {
    await this.page.waitForLoadState('networkidle')
    const sizes = await Promise.all(this.#scripts.map((request) => request.sizes()))
    return sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0)
  }

  /** Writes the page as it is now, in every look, for a person to see. Leaves it in the first. */
  async screenshots(name: string): Promise<void> {
    for (const [look, { colorScheme, width, height }] of Object.entries(LOOKS).reverse()) {
      await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await this.page.setViewportSize({ width, height })
      await this.page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${look}.png`), animations: 'disabled' })
    }
  }

  /** What axe finds wrong with the page, in light and dark, one line each. */
  async axe(): Promise<readonly string[]> {
    const found: string[] = []
    for (const colorScheme of ['dark', 'light'] as const) {
      await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await this.page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
      await this.page.evaluate(TRANSITIONS_END)
      // Tooltips and menus hang beside the landmarks, and belong to what they were opened from.
      const { violations } = await new AxeBuilder({ page: this.page }).disableRules('region').analyze()
      for (const { id, help, nodes } of violations) {
        found.push(...nodes.map((node) => `${colorScheme}: ${id}: ${help}: ${node.html} ${node.failureSummary}`))
      }
    }
    return found
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close()
    const logged = (this.#omni2.process?.output ?? '')
      .split('\n')
      .filter((line) => /"level":"(?:error|fatal)"/.test(line))
    const wrong = [...this.#wrong, ...logged.map((line) => `server: ${line}`)]
    if (wrong.length > 0) throw new Error(`Went wrong unseen:\n${wrong.join('\n')}`)
  }

  #note(what: string): void {
    if (!this.#expected?.test(what)) this.#wrong.push(what)
  }
}

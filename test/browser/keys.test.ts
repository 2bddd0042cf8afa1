import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { registerHealthy, stdioDraft } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingStdio } from '../support/real-servers.ts'

/** Of the page, what the keys should come to; radios count as the one that is chosen. */
const LEFT_OUT = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter((one) => one.tabIndex >= 0 && !one.disabled && one.type !== 'radio' && one.getClientRects().length > 0)
  .filter((one) => !one.matches('[data-reached]'))
  .map((one) => one.outerHTML.slice(0, 200))`

/**
 * Marks what has the focus as reached. Answers false at the end of the page, and what is wrong with how it is seen; the
 * editor shows its focus a moment after it has it.
 */
const REACHED = `(async () => {
  const at = document.activeElement
  if (at === document.body || at.dataset.reached) return false
  at.dataset.reached = true
  const field = at.shadowRoot?.activeElement
  // A switch shows it on what is drawn beside its box, the editor around its field.
  const isShown = () => [at, at.parentElement, at.nextElementSibling, field?.closest('.cm-editor')].some((one) => {
    const { outlineStyle, outlineWidth } = one ? getComputedStyle(one) : {}
    return one && outlineStyle !== 'none' && outlineWidth !== '0px'
  })
  for (let frames = 0; frames < 60 && !isShown(); frames++) await new Promise(requestAnimationFrame)
  const { top, bottom } = at.getBoundingClientRect()
  const wrong = [...(isShown() ? [] : ['not seen']), ...(bottom > 0 && top < innerHeight ? [] : ['out of sight'])]
  return wrong.map((what) => what + ': ' + at.outerHTML.slice(0, 200))
})()`

/** Goes through a page with Tab; answers how far that was, what was not seen to have the focus, and what never had it. */
async function walk(page: Page) {
  const wrong: unknown[] = []
  for (let steps = 0; steps < 150; steps++) {
    await page.keyboard.press('Tab')
    const found = await page.evaluate(REACHED)
    if (!Array.isArray(found)) return { steps, wrong, leftOut: await page.evaluate(LEFT_OUT) }
    wrong.push(...found)
  }
  throw new Error('Tab came to no end')
}

test('Tab comes to all there is on every page, and one sees where one is', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  await using dashboard = await DashboardPage.open(omni2)
  const { page } = dashboard
  const tabs = ['', '/tools?tool=get-sum', '/tools?tool=echo&view=json', '/log', '/capabilities', '/stderr', '/edit']
  const pages = ['/', '/add', '/import', '/calls', '/events', '/agents', '/collections/new', '/settings']
  for (const path of [...pages, ...tabs.map((tab) => `/mcps/${id}${tab}`)]) {
    await page.goto(path)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.waitForLoadState('networkidle')
    const { steps, ...found } = await walk(page)
    expect([path, found]).toEqual([path, { wrong: [], leftOut: [] }])
    expect(steps).toBeGreaterThan(10)
  }
})

test('a dialog keeps the keys, ends with Escape and gives the focus back', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  await using dashboard = await DashboardPage.open(omni2)
  const { page } = dashboard
  const dialog = page.getByRole('dialog')
  const opens = async (opener: string, path: string, more: () => Promise<void> = async () => {}) => {
    if (page.url() !== omni2.url + path) await page.goto(path)
    const button = page.getByRole('button', { name: opener })
    await button.focus()
    await page.keyboard.press('Enter')
    await more()
    await dialog.locator(':focus').waitFor()
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press('Tab')
      expect([opener, await dialog.locator(':focus').count()]).toEqual([opener, 1])
    }
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await button.and(page.locator(':focus')).waitFor()
  }
  await opens('Command palette', '/')
  await opens('What happened', '/')
  await opens('Disable', `/mcps/${id}`)
  await opens('More actions', `/mcps/${id}`, async () => {
    // The menu hears keys a moment after it is seen.
    const item = page.getByRole('menuitem', { name: 'Delete' }).and(page.locator(':focus'))
    const reached = async () => {
      await page.keyboard.press('ArrowDown')
      return item.count()
    }
    await expect.poll(reached).toBe(1)
    await page.keyboard.press('Enter')
  })
  await opens('Settings of its own', `/mcps/${id}`)
  await opens('New token', '/settings')
  await opens('Revoke OMNI2_ADMIN_TOKEN', '/settings')
})

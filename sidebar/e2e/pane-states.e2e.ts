import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPane, servePane } from './open-pane.ts'
import { launchBrowser } from './open-scene.ts'
import { type PaneState, STATES } from './pane-states.ts'

/** Every face of the pane, as laid out by a browser: for whoever hears it read out, needs larger words, or has a small phone. */

let served: Awaited<ReturnType<typeof servePane>>
let browser: Browser
beforeAll(async () => {
  served = await servePane()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await served?.close()
})

/** On the narrowest phone, since opening is what costs: everything else is asked of the same visit. */
async function visit({ answers = {}, options = {}, reach }: PaneState): Promise<Page> {
  served.answer(answers)
  const page = await openPane(browser, served.url, { ...options, width: 320, height: 568 })
  await reach(page)
  return page
}

type ColorScheme = 'light' | 'dark'

async function picture(page: Page, name: string, width: number, colorScheme: ColorScheme): Promise<void> {
  if (process.env.PANE_PICTURES === undefined) return
  await page.screenshot({ path: join(tmpdir(), `pane-${name}-${width}-${colorScheme}.png`) })
}

/** Serious and critical ones, with what they are about; of what stays, not of a colour on its way to another. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate('document.getAnimations().forEach((one) => one.finish())')
  return page.evaluate<string[]>(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 120))))`)
}

const sideways = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')

/** What a finger is to hit and is smaller than 44 × 44: its box, or that of the label around it. Exempt: links amid a sentence,
 *  whose height is the line's, and what is disabled or behind an open sheet. */
const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const WANTED = 'button, a[href], input, textarea, select, summary, [role=button], [role=tab], [role=radio], [role=option]'
    const isAmidWords = (el) => el.matches('a') && getComputedStyle(el).display === 'inline' &&
      el.parentElement.textContent.trim() !== el.textContent.trim()
    return [...document.querySelectorAll(WANTED)].flatMap((el) => {
      const target = el.matches('input') ? (el.closest('label') ?? el) : el
      const { width, height } = target.getBoundingClientRect()
      const isHidden = width === 0 || height === 0 || getComputedStyle(target).visibility === 'hidden'
      if (isHidden || el.disabled || el.closest('[inert], [aria-hidden=true]') !== null || isAmidWords(el)) return []
      if (width >= 43.5 && height >= 43.5) return []
      const name = (el.getAttribute('aria-label') ?? el.textContent).trim().slice(0, 20)
      return [el.tagName.toLowerCase() + '.' + el.className + ' ' + name + ': ' + Math.round(width) + ' × ' + Math.round(height)]
    })
  })()`)

test.each(STATES)('$name: axe finds nothing serious, nothing goes sideways, targets fit a finger', async (state) => {
  const page = await visit(state)
  await page.addScriptTag({ path: 'node_modules/axe-core/axe.min.js' })
  for (const width of [320, 400, 768]) {
    await page.setViewportSize({ width, height: 568 })
    expect([width, await sideways(page)]).toEqual([width, 0])
    if (width !== 400) expect([width, await smallTargets(page)]).toEqual([width, []])
    await picture(page, state.name, width, 'light')
  }
  await page.setViewportSize({ width: 360, height: 720 })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect([colorScheme, await faultsOf(page)]).toEqual([colorScheme, []])
    await picture(page, state.name, 360, colorScheme)
  }
  await page.setViewportSize({ width: 320, height: 568 })
  await page.addStyleTag({ content: 'html { font-size: 200% !important }' })
  expect(['large', await sideways(page)]).toEqual(['large', 0])
  await page.context().close()
})

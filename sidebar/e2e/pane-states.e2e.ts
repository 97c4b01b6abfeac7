import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPane, type PaneOptions, servePane } from './open-pane.ts'
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

async function show({ name, answers = {}, options = {}, reach }: PaneState, more: PaneOptions): Promise<Page> {
  served.answer(answers)
  const page = await openPane(browser, served.url, { ...options, ...more })
  await reach(page)
  if (process.env.PANE_PICTURES !== undefined) {
    const { width = 360, colorScheme = 'light', text = 1 } = more
    await page.screenshot({ path: join(tmpdir(), `pane-${name}-${width}-${colorScheme}-${text}.png`) })
  }
  return page
}

/** Serious and critical ones, with what they are about. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: 'node_modules/axe-core/axe.min.js' })
  return page.evaluate<string[]>(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 120))))`)
}

const sideways = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test.each(STATES)('axe finds nothing serious in $name', async (state) => {
    const page = await show(state, { colorScheme })
    expect(await faultsOf(page)).toEqual([])
    await page.context().close()
  })
})

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

test.each(STATES)(
  '$name goes nowhere sideways at 320, 400 and 768 px, with words of twice the size neither; its targets fit a finger',
  async (state) => {
    for (const text of [1, 2]) {
      const page = await show(state, { width: 320, height: 568, text })
      expect([text, await sideways(page)]).toEqual([text, 0])
      if (text === 1) {
        expect(await smallTargets(page)).toEqual([])
        // One visit for all widths: opening is what costs.
        for (const width of [400, 768]) {
          await page.setViewportSize({ width, height: 568 })
          expect([width, await sideways(page)]).toEqual([width, 0])
        }
        expect(await smallTargets(page)).toEqual([])
      }
      await page.context().close()
    }
  },
)

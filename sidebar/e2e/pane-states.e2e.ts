import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPane, servePane } from './open-pane.ts'
import { launchBrowser } from './open-scene.ts'
import type { PaneState } from './pane-state.ts'
import { STATES } from './pane-states.ts'

/** Every face of the pane, as laid out by a browser: for whoever hears it read out, needs larger words, or has a small phone. */

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')
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

/** How far down the tabs end, of the window's height, the offline line with them: what stands above them is there on each of the four pages. */
const tabsEnd = (page: Page): Promise<number> =>
  page.evaluate<number>(
    `(scrollTo(0, 0), (document.querySelector('nav')?.getBoundingClientRect().bottom ?? 0) / innerHeight)`,
  )

/** So much of a phone of 568 px it may take, unless the guide has asked for all of it. */
const HEADER = 0.4
const isAskedFor = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>(`document.querySelector('header.who.open') !== null`)

/** What is tapped and lies below the line that says what was done. */
const belowToast = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const toast = document.querySelector('.toast')?.getBoundingClientRect()
    if (toast === undefined) return []
    return [...document.querySelectorAll('.send, .done, .save, .answer, .undo')].flatMap((el) => {
      const { left, right, top, bottom } = el.getBoundingClientRect()
      const isBelow = left < toast.right && right > toast.left && top < toast.bottom && bottom > toast.top
      return isBelow ? [el.textContent.trim()] : []
    })
  })()`)

/** Rows of buttons that a card of a to-do has. */
const rowsOfButtons = (page: Page): Promise<number> =>
  page.evaluate<number>(`Math.max(0, ...[...document.querySelectorAll('.task .actions')].map((row) =>
    new Set([...row.querySelectorAll('button')].map((one) => Math.round(one.getBoundingClientRect().top))).size))`)

/** Words that stand in words, and a button that others stand in: of what is laid out side by side, nothing overlaps. */
const overlaps = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const all = [...document.querySelectorAll('[role=dialog] :is(button, label, legend, .label, .text, textarea, .hint)')]
      .filter((el) => el.closest('.sheet-foot, .buttons, .top, .van-picker, .sr') === null && el.getClientRects().length > 0)
    const boxes = all.map((el) => ({ el, box: el.getBoundingClientRect() }))
    const name = (el) => (el.textContent.trim() || el.placeholder || el.className).slice(0, 16)
    return boxes.flatMap(({ el, box }, nth) => boxes.slice(nth + 1).flatMap(({ el: other, box: it }) => {
      if (el.contains(other) || other.contains(el)) return []
      const wide = Math.min(box.right, it.right) - Math.max(box.left, it.left)
      const high = Math.min(box.bottom, it.bottom) - Math.max(box.top, it.top)
      return wide > 3 && high > 3 ? [name(el) + ' / ' + name(other)] : []
    }))
  })()`)

/** Lines that the name takes: beside a long name of a guide it is not pressed into a column. */
const linesOfName = (page: Page): Promise<number> =>
  page.evaluate<number>(`(() => {
    const name = document.querySelector('h1.name')
    return name === null ? 0 : Math.round(name.getBoundingClientRect().height / parseFloat(getComputedStyle(name).lineHeight))
  })()`)

/** What the pane is written in, whatever parts have come since. */
const fontOf = (page: Page): Promise<string> => page.evaluate<string>('getComputedStyle(document.body).fontFamily')

/** The button that a sheet is for, out of sight. */
const hiddenSaves = (page: Page): Promise<number> =>
  page.evaluate<number>(
    `[...document.querySelectorAll('[role=dialog] .sheet-foot .save')].filter((one) => one.getBoundingClientRect().bottom > innerHeight).length`,
  )

test.each(STATES)(
  '$name: axe finds nothing serious, nothing goes sideways or lies on other things, targets fit a finger',
  async (state) => {
    const page = await visit(state)
    // Not by a tag, which the page behind a link in a message refuses.
    await page.evaluate(AXE)
    for (const width of [320, 360, 400, 768]) {
      await page.setViewportSize({ width, height: 568 })
      expect([width, await sideways(page)]).toEqual([width, 0])
      expect([width, await overlaps(page)]).toEqual([width, []])
      expect([width, await hiddenSaves(page)]).toEqual([width, 0])
      expect([width, await linesOfName(page)]).toEqual([width, expect.toSatisfy((lines: number) => lines <= 3)])
      if (!(await isAskedFor(page))) expect([width, Math.max(HEADER, await tabsEnd(page))]).toEqual([width, HEADER])
      expect([width, await belowToast(page)]).toEqual([width, []])
      expect([width, await rowsOfButtons(page)]).toEqual([width, expect.toSatisfy((rows: number) => rows <= 1)])
      if (width === 320 || width === 768) expect([width, await smallTargets(page)]).toEqual([width, []])
    }
    if (state.options?.path?.startsWith('/t/') !== true)
      expect(await fontOf(page)).toMatch(/^-apple-system, BlinkMacSystemFont, "PingFang SC"/)
    await page.setViewportSize({ width: 360, height: 720 })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect([colorScheme, await faultsOf(page)]).toEqual([colorScheme, []])
    }
    await page.setViewportSize({ width: 320, height: 568 })
    await page.addStyleTag({ content: 'html { font-size: 200% !important }' })
    expect(['large', await sideways(page)]).toEqual(['large', 0])
    await page.context().close()
  },
)

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

test.each(STATES)('$name goes nowhere sideways at 320 px, with words of twice the size neither', async (state) => {
  for (const text of [1, 2]) {
    const page = await show(state, { width: 320, height: 568, text })
    expect([text, await sideways(page)]).toEqual([text, 0])
    await page.context().close()
  }
})

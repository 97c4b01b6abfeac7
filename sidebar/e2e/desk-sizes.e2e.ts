import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { systemClock } from '../../server/core/kernel/clock.ts'
import { launchBrowser } from './open-scene.ts'

/** The sandbox's page in windows that newcomers have: whatever a step needs can be reached, and nothing moves sideways. */

let sandbox: Sandbox
let url = ''
let browser: Browser
beforeAll(async () => {
  sandbox = createSandbox({ clock: systemClock, preset: 'brand' })
  url = await sandbox.listen()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await sandbox?.close()
})

test.each([
  { width: 1440, height: 900, views: [] },
  { width: 1280, height: 720, views: [] },
  { width: 1024, height: 768, views: ['guide', 'shop'] },
  { width: 390, height: 844, views: ['phone', 'guide', 'shop'] },
])('$width × $height', async ({ width, height, views }) => {
  const page = await browser.newPage({ viewport: { width, height } })
  const at = (name: string) => page.locator(`[data-test="${name}"]`)
  await page.goto(url)
  await at('new-customer').waitFor()
  const shown = []
  for (const view of ['phone', 'guide', 'shop']) if (await at(`view-${view}`).isVisible()) shown.push(view)
  expect(shown).toEqual(views)

  const part = {
    phone: at('phone-scan-tab'),
    guide: at('mass-send-tray'),
    shop: page.locator('[data-test^="shop-product"]').first(),
  }
  // In the order of the story; on a wide window all are there at once.
  for (const [view, what] of Object.entries(part)) {
    if (views.includes(view)) await at(`view-${view}`).click()
    await what.waitFor({ state: 'visible' })
    const box = await what.boundingBox()
    expect(box).not.toBeNull()
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? width) <= width).toBe(true)
    const sideways = await page.evaluate<number>(
      `[document.documentElement, ...document.querySelectorAll('.desk, .top, .wecom')]
        .filter((one) => one.scrollWidth > one.clientWidth).length`,
    )
    expect(sideways).toBe(0)
  }
  if (views.length === 0) {
    expect(await page.locator('[data-test="step-1"] small').isVisible()).toBe(true)
    // The phone gets nothing until the guide sends it: whoever waits there is told where to look.
    const hints = await page.locator('[data-test^="step-"] small').allTextContents()
    expect(hints.filter((hint) => hint.includes('点「发邀请」'))).toHaveLength(1)
  }
  await page.close()
})

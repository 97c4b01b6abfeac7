import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as fixtures from '../src/testing/fixtures.ts'
import { someJourneys } from '../src/testing/fixtures-journeys.ts'
import { someNotes } from '../src/testing/fixtures-known.ts'
import { openPane, type PaneOptions, servePane } from './open-pane.ts'
import { launchBrowser } from './open-scene.ts'

/** What a guide sees while the pane opens: nothing jumps, nothing is asked one after the other, little is loaded. */

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

/** Counts what moves under the eye without having been touched (CLS), and says what it was. */
const WATCH = `jumps = []
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) jumps.push({
    by: entry.value,
    what: entry.sources.map(({ node, previousRect, currentRect }) =>
      [node?.nodeName, node?.className, node?.textContent?.trim().slice(0, 12), previousRect.top, '+', previousRect.height, '→', currentRect.top, '+', currentRect.height].join(' ')).join(', '),
  })
}).observe({ type: 'layout-shift', buffered: true })`

const MOST_MOVED = 0.02

async function jumpsOf(page: Page): Promise<string[]> {
  await page.waitForTimeout(50)
  const jumps = await page.evaluate<{ by: number; what: string }[]>('jumps')
  const sum = jumps.reduce((total, { by }) => total + by, 0)
  return sum <= MOST_MOVED ? [] : jumps.map(({ by, what }) => `${by.toFixed(3)} ${what}`)
}

const held = () => {
  let tell: (answer: unknown) => void = () => undefined
  const answer = new Promise((resolve) => {
    tell = resolve
  })
  return { answer, tell }
}

const painted = (page: Page): Promise<void> =>
  page.evaluate<void>('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')

async function openWatched(options: PaneOptions): Promise<Page> {
  const page = await openPane(browser, served.url, { ...options, before: WATCH })
  await page.locator('[aria-busy]').first().waitFor()
  return page
}

const PARTS = {
  profile: fixtures.aProfile(),
  proposals: fixtures.someProposals(),
  tasks: fixtures.someTasks(),
}
const ANSWERS = {
  ...PARTS,
  orders: fixtures.someOrders(),
  timeline: fixtures.aTimeline(),
  'scripts/tree': fixtures.aTree(),
  'scripts/of': fixtures.someScripts(),
}
const ORDERS = [
  ['profile', 'proposals', 'tasks'],
  ['profile', 'tasks', 'proposals'],
  ['tasks', 'proposals', 'profile'],
  ['proposals', 'profile', 'tasks'],
] as const

test.each(ORDERS.flatMap((order) => [320, 400].map((width) => ({ order, width }))))(
  'nothing jumps when the answers come as $order, at $width px',
  async ({ order, width }) => {
    const parts = { profile: held(), proposals: held(), tasks: held() }
    served.answer({
      profile: parts.profile.answer,
      proposals: parts.proposals.answer,
      tasks: parts.tasks.answer,
    })
    const page = await openWatched({ width })
    for (const name of order) {
      const arrived = page.waitForResponse((response) =>
        response.url().endsWith(name === 'profile' ? 'wm-sunyao' : name),
      )
      parts[name].tell(PARTS[name])
      await arrived
      await painted(page)
    }
    await page.getByText('现在可以这样说').waitFor()
    await page.getByRole('article', { name: '首单回访' }).waitFor()
    expect(await jumpsOf(page)).toEqual([])
    await page.context().close()
  },
)

test('nothing jumps when a slow client says at last whom the chat is with', async () => {
  served.answer({})
  const seen = [fixtures.aProfile({ externalUserId: 'wm-a', name: '安安妈咪' }), fixtures.aProfile()]
  const page = await openPane(browser, served.url, { before: WATCH, isSlow: true, seen })
  await page.getByText('最近看过的客户').waitFor()
  await page.evaluate('answerBridge()')
  await page.getByText('现在可以这样说').waitFor()
  expect(await jumpsOf(page)).toEqual([])
  await page.context().close()
})

/** So long after a touch the browser takes what moves for its answer. */
const TOUCH_MS = 500

test('nothing jumps while tabs are switched on a slow phone over a slow network', async () => {
  const pages = {
    话术: ['scripts/tree', 'scripts/of'],
    订单: ['orders'],
    动态: ['timeline'],
    下一步: ['proposals', 'tasks'],
  } as const
  served.answer({})
  const page = await openPane(browser, served.url, { before: WATCH, height: 560 })
  await page.getByText('现在可以这样说').waitFor()
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  for (const [tab, parts] of Object.entries(pages)) {
    const answers = parts.map((name) => [name, held()] as const)
    served.answer(Object.fromEntries(answers.map(([name, { answer }]) => [name, answer])))
    await page.getByRole('navigation').getByRole('link', { name: tab }).click()
    await page.waitForTimeout(TOUCH_MS + 100)
    for (const [name, { tell }] of answers) {
      tell(ANSWERS[name])
      await page.waitForTimeout(150)
    }
    expect([tab, await jumpsOf(page)]).toEqual([tab, []])
    // The next tab is touched from amid the page: a shorter one may not throw the reader about.
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    await page.waitForTimeout(100)
  }
  // What a sheet waits for comes long after the touch that opened it.
  const sheets = [
    [/^标签$/, 'tags', fixtures.tagGroups()],
    [/改备注/, undefined, undefined],
    [/^为什么/, undefined, undefined],
    [/跟进计划，点开看/, 'journeys', someJourneys()],
    ['记一笔', 'notes', someNotes()],
  ] as const
  for (const [name, part, answer] of sheets) {
    const { answer: later, tell } = held()
    if (part !== undefined) served.answer({ [part]: later })
    await page.getByRole('button', { name }).first().click()
    await page.waitForTimeout(TOUCH_MS + 100)
    tell(answer)
    await page.waitForTimeout(200)
    expect([name, await jumpsOf(page)]).toEqual([name, []])
    await page.keyboard.press('Escape')
    await page.waitForTimeout(TOUCH_MS + 100)
    expect([name, await jumpsOf(page)]).toEqual([name, []])
  }
  await page.context().close()
})

test('what is known of the customer is asked for, side by side and before all else, while the page itself is on its way', async () => {
  served.answer({})
  const page = await openPane(browser, served.url, { isSlow: true })
  const asked: string[] = []
  const here = held()
  page.on('request', (request) => {
    if (request.url().includes('/api/')) asked.push(new URL(request.url()).pathname.replace(/.*\//, ''))
  })
  await page.route(/assets\/index-.*\.js/, async (route) => {
    await here.answer
    await route.continue()
  })
  void page.reload({ waitUntil: 'commit' })
  await page.waitForFunction('typeof answerBridge === "function"')
  await page.evaluate('answerBridge()')
  // Who is there and the signature have come with the page.
  await expect.poll(() => asked).toHaveLength(3)
  expect([...asked].sort()).toEqual(['proposals', 'tasks', 'wm-sunyao'])
  here.tell(undefined)
  await page.getByText('现在可以这样说').waitFor()
  expect(asked.filter((one) => ['proposals', 'tasks', 'wm-sunyao'].includes(one))).toHaveLength(3)
  await page.context().close()
})

test('the scripts that the first look needs are at most 80 kB compressed', () => {
  const dist = join(import.meta.dirname, '../dist')
  const page = readFileSync(join(dist, 'index.html'), 'utf8')
  const named = [...page.matchAll(/(?:src|href)="\/sidebar\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file ?? '')
  const scripts = [...new Set(named)]
  // With the SDK of the real client among them.
  expect(scripts.map((file) => readFileSync(join(dist, file), 'utf8')).join()).toContain('WeixinJSBridge')
  const bytes = scripts.map((file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length)
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(80_000)
})

test('icons are drawn: no style sheet brings a font', () => {
  const assets = join(import.meta.dirname, '../dist/assets')
  const sheets = readdirSync(assets).filter((name) => name.endsWith('.css'))
  expect(sheets.length).toBeGreaterThan(5)
  expect(sheets.filter((name) => readFileSync(join(assets, name), 'utf8').includes('@font-face'))).toEqual([])
})

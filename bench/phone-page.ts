import type { Browser, BrowserContext, CDPSession, Frame, Page } from 'playwright-core'
import { nativeClient, USER_AGENT } from '../sidebar/e2e/native-client.ts'

/** A phone in a cold store: four times slower than this machine, 300 ms to the server and back, 1.6 Mbit/s. */
const CPU_SLOWED = 4
const RTT_MS = 300
const BYTES_PER_SEC = 1_600_000 / 8

/** Epoch milliseconds of what was first seen, and what moved without having been touched; undefined: never. */
export interface Marks {
  shell?: number
  /** Customers of before, while the client is silent. */
  seen?: number
  name?: number
  proposal?: number
  /** Cumulative layout shift since the page began. */
  moved: number
  /** Milliseconds of the slowest answer to a touch. */
  slowestTouch: number
}

/** In every frame, before anything of its page. */
const NOTE = `marks = { moved: 0, slowestTouch: 0 }
{
  const LOOKED_FOR = { shell: '[aria-busy], main.pane, .seen', seen: '.seen details', name: 'h1.name', proposal: 'article .text' }
  const now = () => performance.timeOrigin + performance.now()
  const look = () => {
    for (const [name, selector] of Object.entries(LOOKED_FOR)) {
      const found = document.querySelector(selector)
      if (marks[name] === undefined && found !== null && found.textContent.trim() + (name === 'shell' ? '.' : '') !== '') {
        marks[name] = 0
        requestAnimationFrame(() => { marks[name] = now() })
      }
    }
  }
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) marks.moved += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.interactionId) marks.slowestTouch = Math.max(marks.slowestTouch, entry.duration)
  }).observe({ type: 'event', durationThreshold: 16, buffered: true })
}`

/** The window of the client around the page. */
const HOST = (frameUrl: string): string => `(() => {
  document.body.style.margin = 0
  document.body.innerHTML = '<iframe name="pane" style="border:0;width:360px;height:720px"></iframe>'
  begunAt = performance.timeOrigin + performance.now()
  document.querySelector('iframe').src = ${JSON.stringify(frameUrl)}
})()`

export interface Opened {
  frame: Frame
  page: Page
  begunAt: number
  /** When the client told whom the chat is with. */
  answeredAt: number
  /** Bytes over the network, headers with them. */
  bytes: number
  /** From now on the network takes no time; the phone is as slow as before. */
  besideServer(): Promise<void>
  marks(): Promise<Marks>
}

/** One guide's phone: its cache, cookies and store live until it is closed. */
export async function openPhone(browser: Browser) {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 360, height: 720 },
    userAgent: USER_AGENT,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  })
  context.setDefaultTimeout(60_000)
  await context.addInitScript(NOTE)

  return {
    /** A new window with the pane at `url` in it, as a client opens it. `origin`: of the page around it. */
    open: async (
      origin: string,
      url: string,
      {
        externalUserId,
        delayMs = 0,
        until,
        entry = 'single_chat_tools',
      }: { externalUserId: string; delayMs?: number; until: string; entry?: string },
    ): Promise<Opened> => {
      const page = await context.newPage()
      await page.addInitScript(nativeClient({ entry, userId: externalUserId, delayMs, inFrame: true }))
      await page.goto(`${origin}/base.css`)
      const cdp = await context.newCDPSession(page)
      let bytes = 0
      cdp.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
      await leaveOutDemoClient(cdp)
      await throttle(cdp)
      await page.evaluate(HOST(url))
      const found = page.frameLocator('iframe').locator(until)
      await found.first().waitFor()
      const frame = page.frame('pane')
      if (frame === null) throw new Error('the pane has gone')
      // What is still on its way belongs to the opening.
      await page.waitForTimeout(1_500)
      const begunAt = await page.evaluate<number>('begunAt')
      const answeredAt = await frame.evaluate<number>('globalThis.answeredAt ?? NaN')
      const marks = () => frame.evaluate<Marks>('marks')
      return { page, frame, begunAt, answeredAt, bytes, marks, besideServer: () => emulate(cdp, 0, -1) }
    },
    close: () => context.close(),
  }
}

/** What plays the client in the demo is no file of the network on a phone. */
async function leaveOutDemoClient(cdp: CDPSession): Promise<void> {
  cdp.on('Fetch.requestPaused', ({ requestId }) => {
    const responseHeaders = [{ name: 'content-type', value: 'text/javascript' }]
    void cdp.send('Fetch.fulfillRequest', { requestId, responseCode: 200, responseHeaders }).catch(() => undefined)
  })
  await cdp.send('Fetch.enable', { patterns: [{ urlPattern: '*/_sandbox/client.js' }] })
}

async function throttle(cdp: CDPSession): Promise<void> {
  await cdp.send('Network.enable')
  await emulate(cdp, RTT_MS, BYTES_PER_SEC)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWED })
}

/** `bytesPerSec`: -1: as many as there are. */
async function emulate(cdp: CDPSession, latency: number, bytesPerSec: number): Promise<void> {
  const throughput = { downloadThroughput: bytesPerSec, uploadThroughput: bytesPerSec }
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency, ...throughput })
}

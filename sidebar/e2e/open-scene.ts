import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Browser,
  type BrowserContext,
  type ConsoleMessage,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core'
import type { Demo } from './start-demo.ts'

export type Scene = Awaited<ReturnType<typeof openScene>>

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** The sidebar asks who is logged in before it logs in, and may ask for a customer whom the server hears of a moment
 *  later. Both are refusals it handles; Chromium reports them all the same. */
const HANDLED = /\/api\/sidebar\/(me$|customers\/)/

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true, args: ARGS })

/** The sandbox's page in a browser of its own that reaches nothing but this machine. */
export async function openScene(
  demo: Demo,
  browser: Browser,
  { size = { width: 1440, height: 900 }, scale = 1 }: { size?: { width: number; height: number }; scale?: number } = {},
) {
  const context = await browser.newContext({
    viewport: size,
    deviceScaleFactor: scale,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  })
  context.setDefaultTimeout(15_000)
  const faults: string[] = []
  await blockOutside(context, faults)
  const page = await context.newPage()
  watch(page, faults)
  await page.goto(demo.url)
  const at = (name: string) => page.locator(`[data-test="${name}"]`)
  await page.getByText('Huoshui 已连接').waitFor()
  const sidebar = page.frameLocator('[data-test="sidebar-frame"]')

  return {
    page,
    at,
    /** The real sidebar beside the guide's chat. */
    sidebar,
    phone: at('phone-chat'),
    /** What went wrong in the page or the sidebar: errors on the console, exceptions, requests to the outside. */
    faults,
    /** Scans a code as somebody new; the guide's chat with them is then open. */
    scanAsNew: async (state: string): Promise<{ externalUserId: string; guide: string }> => {
      await at('new-customer').click()
      await at(`scan-${state}`).click()
      await at('phone-chat').waitFor()
      const externalUserId = await at('customer-select').inputValue()
      const chosen = page.locator('[data-test^="guide-"].chip.on')
      const guide = (await chosen.getAttribute('data-test'))?.slice('guide-'.length) ?? ''
      return { externalUserId, guide }
    },
    /** One of the sidebar's pages, by its tab. */
    open: async (tab: '下一步' | '话术' | '订单' | '动态'): Promise<void> => {
      await sidebar.getByRole('navigation').getByRole('link', { name: tab }).click()
    },
    /** Opens what the timeline has folded until this is seen; news may fold more meanwhile. */
    unfoldUntil: async (wanted: Locator): Promise<void> => {
      await sidebar.getByRole('listitem').first().waitFor()
      const fold = sidebar.getByRole('button', { name: /条规则记录/, expanded: false }).first()
      for (const until = Date.now() + 15_000; !(await wanted.isVisible()) && Date.now() < until; ) {
        await fold.click({ timeout: 1_000 }).catch(() => undefined)
      }
      await wanted.waitFor()
    },
    /** Of a failed test, for whoever mends it: in the folder for temporary files. */
    keepPicture: async (name: string): Promise<void> => {
      const path = join(tmpdir(), `huoshui-${name}.png`)
      await page.screenshot({ path })
      console.error([`see ${path}`, ...faults, ...demo.logLines.slice(-20)].join('\n'))
    },
    close: () => context.close(),
  }
}

async function blockOutside(context: BrowserContext, faults: string[]): Promise<void> {
  await context.route('**', (route) => {
    const { hostname, protocol } = new URL(route.request().url())
    if (hostname === '127.0.0.1' || protocol === 'data:' || protocol === 'blob:') return route.continue()
    faults.push(`request to ${hostname}`)
    return route.abort()
  })
}

function watch(page: Page, faults: string[]): void {
  const isHandled = (message: ConsoleMessage): boolean =>
    /status of (401|403)/.test(message.text()) && HANDLED.test(new URL(message.location().url).pathname)
  page.on('console', (message) => {
    if (message.type() === 'error' && !isHandled(message)) faults.push(`${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => faults.push(String(error)))
}

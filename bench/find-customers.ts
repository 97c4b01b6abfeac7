import type { Browser, Frame } from 'playwright-core'
import { migrations } from '../migrations/index.ts'
import { createDb } from '../server/core/db/db.ts'
import type { Demo } from '../sidebar/e2e/start-demo.ts'
import { openPhone } from './phone-page.ts'
import { populate } from './populate.ts'
import { median, type Report } from './report.ts'

const CUSTOMERS = 5_000
/** Of the names of half of them, and of remarks and tags of others: what is typed finds thousands. */
const WORDS = ['女士', '老客户', '王女士', '李女士1']
/** What a search of customers does not read. */
const WITHOUT = ['chat_member', 'welcome', 'touch', 'sop_entry', 'timeline']

/** Two guides with so many customers each, with their tags and orders. */
async function fill(demo: Demo, guide: string): Promise<void> {
  const db = createDb(demo.databaseUrl, migrations)
  try {
    const print = (): void => undefined
    await populate(db, { customers: 2 * CUSTOMERS, guides: [guide], perGuide: CUSTOMERS, without: WITHOUT, print })
  } finally {
    await db.close()
  }
}

/** Milliseconds from the last letter to the customers found, drawn, and of the question to the server among them; how many there are. */
interface Found {
  ms: number
  answered: number
  said: string
}

async function search(frame: Frame, words: string): Promise<Found> {
  const box = frame.getByRole('searchbox')
  await box.fill('')
  await frame.getByText('我的数字').waitFor()
  await frame.evaluate(`found = new Promise((resolve) => {
    let typedAt
    document.querySelector('[type=search]').addEventListener('input', () => { typedAt = performance.now() }, { once: true, capture: true })
    const look = new MutationObserver(() => {
      const said = [...document.querySelectorAll('[role=status]')].find((one) => /^找到|^没有找到/.test(one.textContent.trim()))
      if (said === undefined || document.querySelector('.person') === null) return
      look.disconnect()
      const answer = performance.getEntriesByType('resource').findLast((one) => one.name.includes('/day/find'))
      requestAnimationFrame(() => resolve({ ms: performance.now() - typedAt, answered: answer?.duration ?? NaN, said: said.textContent.trim() }))
    })
    look.observe(document.body, { childList: true, subtree: true, characterData: true })
  }), undefined`)
  await box.fill(words)
  return frame.evaluate<Found>('found')
}

/** A guide with thousands of customers looks for one, on the slowed phone: beside the server, and over its network. */
export async function benchFindCustomers(
  { demo, browser, url, guide }: { demo: Demo; browser: Browser; url: string; guide: string },
  report: Report,
): Promise<void> {
  await fill(demo, guide)
  const phone = await openPhone(browser)
  const opened = await phone.open(demo.url, url, { externalUserId: '', until: 'main.day', entry: 'normal' })
  const { frame } = opened
  const far = await search(frame, WORDS[0] ?? '')
  await opened.besideServer()
  const near: Found[] = []
  for (const words of [...WORDS, ...WORDS]) near.push(await search(frame, words))
  await phone.close()
  report.add('pane, one of a guide’s 5,000 customers looked for', {
    figure: `drawn ${Math.round(median(near.map(({ ms }) => ms)))} ms after the last letter, at most ${Math.round(Math.max(...near.map(({ ms }) => ms)))}; ${Math.round(far.ms)} over the slow network`,
    aim: '≤ 300 ms on the slowed phone',
    note: `${Math.round(median(near.map(({ answered }) => answered)))} ms of it for the server; ${far.said}`,
  })
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../sidebar/e2e/open-scene.ts'
import { type Demo, startDemo } from '../sidebar/e2e/start-demo.ts'
import { serveEmptyPage } from './empty-page.ts'
import { benchFindCustomers } from './find-customers.ts'
import { type Opened, openPhone } from './phone-page.ts'
import { createReport, median, type Report } from './report.ts'

const GUIDE = 'linxiaoyu'
const SLOW_SDK_MS = 4_000
const CUSTOMERS = 12
const DIST = 'sidebar/dist'

interface Place {
  demo: Demo
  browser: Browser
  /** The first is looked at first; the last has never been looked at. */
  customers: string[]
  rounds: number
}

type Round = {
  first: number
  firstProposal: number
  second: number
  secondProposal: number
  moved: number
  bytes: number
}

/** Customers of one guide, the first of whom has bought. */
async function customersOf(demo: Demo): Promise<string[]> {
  const ids: string[] = []
  for (let count = 0; count < CUSTOMERS; count++) {
    const { externalUserId } = await demo.sandbox<{ externalUserId: string }>('scan', {
      state: 'package-card',
      userId: GUIDE,
      name: `顾客${count + 1}`,
    })
    ids.push(externalUserId)
  }
  return ids
}

async function paneUrl(demo: Demo): Promise<string> {
  const state = await fetch(`${demo.url}/_sandbox/state?guide=${GUIDE}`)
  const { appUrl } = (await state.json()) as { appUrl: string } // as the sandbox's own page reads it
  return `${appUrl}/sidebar/?guide=${GUIDE}`
}

const since = (opened: Opened, at: number | undefined): number => (at ?? Number.NaN) - opened.begunAt

/** A phone that has never seen the pane, with the login; then a new window of the same phone. */
async function openTwice({ demo, browser, customers }: Place, url: string): Promise<Round> {
  const phone = await openPhone(browser)
  const [externalUserId = ''] = customers
  const until = 'article .text'
  const one = await phone.open(demo.url, url, { externalUserId, until })
  const first = await one.marks()
  await one.page.close()
  const two = await phone.open(demo.url, url, { externalUserId, until })
  const second = await two.marks()
  await phone.close()
  return {
    first: since(one, first.name),
    firstProposal: since(one, first.proposal),
    second: since(two, second.name),
    secondProposal: since(two, second.proposal),
    moved: Math.max(first.moved, second.moved),
    bytes: one.bytes,
  }
}

/** The least that the same bytes take: without a login, a server or anything to draw. */
async function openEmptyTwice({ browser }: Place, bytes: number): Promise<{ first: number; second: number }> {
  const empty = await serveEmptyPage(bytes)
  const phone = await openPhone(browser)
  try {
    const times: number[] = []
    for (const _ of [1, 2]) {
      const opened = await phone.open(empty.url, `${empty.url}/`, { externalUserId: '', until: 'h1.name' })
      times.push(since(opened, (await opened.marks()).name))
      await opened.page.close()
    }
    return { first: times[0] ?? Number.NaN, second: times[1] ?? Number.NaN }
  } finally {
    await phone.close()
    await empty.close()
  }
}

interface SlowRound {
  shell: number
  seen: number
  known: number
  unknown: number
}

/** The client needs four seconds for every answer: a customer who was looked at before, and one who was not. */
async function openSlowly({ demo, browser, customers }: Place, url: string): Promise<SlowRound> {
  const phone = await openPhone(browser)
  const until = 'article .text'
  for (const externalUserId of customers.slice(0, 3)) {
    const opened = await phone.open(demo.url, url, { externalUserId, until })
    await opened.page.close()
  }
  const known = await phone.open(demo.url, url, { externalUserId: customers[0] ?? '', delayMs: SLOW_SDK_MS, until })
  const before = await known.marks()
  await known.page.close()
  const fresh = await phone.open(demo.url, url, {
    externalUserId: customers.at(-1) ?? '',
    delayMs: SLOW_SDK_MS,
    until,
  })
  const after = await fresh.marks()
  await phone.close()
  return {
    shell: since(known, before.shell),
    seen: since(known, before.seen),
    known: (before.name ?? Number.NaN) - known.answeredAt,
    unknown: (after.name ?? Number.NaN) - fresh.answeredAt,
  }
}

/** What a guide does all day, each touch answered on the slowed phone. */
async function touchAll({ demo, browser, customers }: Place, url: string): Promise<{ touch: number; moved: number }> {
  const phone = await openPhone(browser)
  const opened = await phone.open(demo.url, url, { externalUserId: customers[0] ?? '', until: 'article .text' })
  const { frame, page } = opened
  await page.waitForTimeout(3_000)
  for (const tab of ['话术', '订单', '动态', '下一步']) {
    await frame.getByRole('navigation').getByRole('link', { name: tab }).click()
    await page.waitForTimeout(700)
  }
  await frame.getByRole('button', { name: '标签', exact: true }).click()
  await frame.getByRole('checkbox').first().click()
  await page.keyboard.press('Escape')
  await frame.getByRole('button', { name: /改备注/ }).click()
  await page.keyboard.type('li')
  await page.keyboard.press('Escape')
  await frame.getByRole('button', { name: '为什么' }).first().click()
  await page.keyboard.press('Escape')
  await page.waitForTimeout(700)
  const { slowestTouch, moved } = await opened.marks()
  await phone.close()
  return { touch: slowestTouch, moved }
}

/** Bytes of the scripts that the page names, the SDK of the client with them, as gzip sends them. */
function initialScripts(): number {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8')
  const named = [...page.matchAll(/(?:src|href)="\/sidebar\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file ?? '')
  const files = [...new Set(named)]
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length, 0)
}

const ms = (value: number): string => (value >= 1_000 ? `${(value / 1_000).toFixed(2)} s` : `${Math.round(value)} ms`)

async function benchOpenings(place: Place, url: string, report: Report): Promise<void> {
  const rounds: Round[] = []
  for (let round = 0; round < place.rounds; round++) rounds.push(await openTwice(place, url))
  const of = (name: keyof Round): number => median(rounds.map((round) => round[name]))
  const empty = await openEmptyTwice(place, of('bytes'))
  report.add('pane, first opening with the login', {
    figure: `name ${ms(of('first'))}, proposal ${ms(of('firstProposal'))}`,
    limit: `${ms(empty.first)}, no login`,
    ratio: empty.first / of('first'),
    aim: 'name ≤ 2.5 s',
    note: `${Math.round(of('bytes') / 1_000)} kB over the network; median of ${place.rounds}`,
  })
  report.add('pane, second opening', {
    figure: `name ${ms(of('second'))}, proposal ${ms(of('secondProposal'))}`,
    limit: ms(empty.second),
    ratio: empty.second / of('second'),
    aim: 'name ≤ 1 s',
  })
  report.add('pane, what moved by itself', { figure: `CLS ${of('moved').toFixed(3)}`, aim: '≤ 0.02' })
}

async function benchSlowly(place: Place, url: string, report: Report): Promise<void> {
  const rounds: SlowRound[] = []
  for (let round = 0; round < place.rounds; round++) rounds.push(await openSlowly(place, url))
  const of = (name: keyof SlowRound): number => median(rounds.map((round) => round[name]))
  report.add(`pane, when the client needs ${SLOW_SDK_MS / 1_000} s`, {
    figure: `shell ${ms(of('shell'))}, the last customers ${ms(of('seen'))}; after its answer: seen before ${ms(of('known'))}, never seen ${ms(of('unknown'))}`,
    aim: 'after its answer ≤ 0.6 s',
  })
}

/** `rounds`: of each opening; the median is told. `--only customers`: looking for one of many, alone. */
async function main(): Promise<void> {
  const report = createReport((line) => process.stdout.write(`${line}\n`))
  const demo = await startDemo()
  const browser = await launchBrowser()
  try {
    const customers = await customersOf(demo)
    const place = { demo, browser, customers, rounds: process.argv.includes('--quick') ? 1 : 3 }
    const url = await paneUrl(demo)
    if (process.argv.includes('customers'))
      return await benchFindCustomers({ demo, browser, url, guide: GUIDE }, report)
    await benchOpenings(place, url, report)
    await benchSlowly(place, url, report)
    const { touch, moved } = await touchAll(place, url)
    report.add('pane, slowest answer to a touch (INP)', {
      figure: ms(touch),
      aim: '≤ 200 ms',
      note: `CLS ${moved.toFixed(3)} meanwhile`,
    })
    report.add('pane, scripts of the first look', {
      figure: `${(initialScripts() / 1_000).toFixed(1)} kB gzip`,
      aim: '≤ 80 kB',
    })
    await benchFindCustomers({ demo, browser, url, guide: GUIDE }, report)
  } finally {
    await browser.close()
    await demo.stop()
  }
}

await main()

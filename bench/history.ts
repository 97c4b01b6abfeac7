import { migrations } from '../migrations/index.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import { firstDue } from '../server/core/db/first-due.ts'
import { set, sql } from '../server/core/db/sql.ts'
import { DAY_MS } from '../server/core/kernel/shanghai.ts'
import { ACTION } from '../server/engine/actions/action-tables.ts'
import { claimActions, releaseLeases } from '../server/engine/actions/claim.ts'
import { createOutbox } from '../server/engine/actions/outbox.ts'
import { whatIsDue } from '../server/engine/what-is-due.ts'
import { readEta } from '../server/platform/deployment/eta.ts'
import { planTagUndo } from '../server/records/tags/undo-tags.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { refusedActions } from '../server/upkeep/doctor/checks/token-race.ts'
import { createMetrics } from '../server/upkeep/metrics.ts'
import { createEmptyOld } from '../server/upkeep/people/old-contents.ts'
import { recordedSince } from '../server/upkeep/rehearsal/estimate-arrivals.ts'
import { recordedEvents } from '../server/upkeep/rehearsal/recorded-events.ts'
import { fillPast } from './fill-past.ts'
import { FOR_EVER, measureMonthEnds } from './month-ends.ts'
import { median, type Report } from './report.ts'

export interface HistoryOptions {
  events: number
  actions: number
  waiting: number
  days: number
  rounds: number
  mysql: string
}

/** With these the reads are named; what is filled is a part of it, and what a read costs beyond its window must not grow. */
const NAMED = { events: 25_000_000, actions: 3_000_000 }
/** Of whom a rehearsal of a large corp is about. */
export const DRAWN = 20_000
export const shownMs = (ms = Number.NaN): string => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`
const print = (line: string): void => void process.stdout.write(`${line}\n`)

interface Filled {
  db: Db
  close(): Promise<void>
}

/** What is read out of a past of many rows: beside it of one half as long with as many rows a day, whose rounds alternate with
 *  those of the whole. */
export async function benchHistory({ mysql, rounds, ...size }: HistoryOptions, report: Report): Promise<void> {
  const nowMs = Date.now()
  const pasts: Filled[] = []
  try {
    for (const part of [0.5, 1]) pasts.push(await fillOne(mysql, size, { part, nowMs }))
    // As many as a rehearsal draws of a large corp.
    const drawn = Array.from({ length: DRAWN }, (_, n) => `wmPast${n}`)
    const took = await measureReads(
      pasts.map(({ db }) => db),
      { nowMs, rounds, drawn },
    )
    report.add('history mariadb', {
      figure: `slowest ${shownMs(Math.max(...took.map(({ ms }) => ms[1] ?? 0)))}`,
      aim: `≤ 1 s each, or a piece at a time, with ${NAMED.events} events and ${NAMED.actions} actions`,
      note: `${size.events} events and ${size.actions} actions in ${size.days} days, of which ${size.waiting} wait; median of ${rounds}`,
      table: [
        '| read | half the past | the whole |',
        '| --- | --- | --- |',
        ...took.map(({ what, ms }) => `| ${what} | ${shownMs(ms[0])} | ${shownMs(ms[1])} |`),
      ],
    })
    const [half] = pasts
    if (half === undefined) return
    const ends = await measureMonthEnds(half.db, { nowMs, oldestDays: Math.min(size.days / 2, 90) })
    report.add('history mariadb, a month ends', {
      figure: `contents of ${ends.emptied} events/s emptied, ${ends.deleted}/s deleted, in bites`,
      limit: `a partition of half a month dropped in ${ends.dropMs.toFixed(0)} ms, its rows moved into it at ${ends.moved}/s`,
      note: 'with their actions; what is moved has its key kept in a slim table',
    })
  } finally {
    for (const one of pasts) await one.close()
  }
}

async function fillOne(
  mysql: string,
  size: Pick<HistoryOptions, 'events' | 'actions' | 'waiting' | 'days'>,
  { part, nowMs }: { part: number; nowMs: number },
): Promise<Filled> {
  const database = await createTestDatabase(mysql)
  // One statement of the filling takes minutes.
  const db = createDb(database.url, migrations, { silenceMs: 60 * 60_000 })
  await db.migrate()
  const [events, actions] = [size.events * part, size.actions * part]
  print(`\nfilling mariadb with ${events} events and ${actions} actions`)
  await fillPast(db, {
    ...{ ...size, events, actions, days: size.days * part, notes: 0, journeys: 0, steps: 0, keptDays: 90 },
    ...{ customers: 200_000, nowMs, print },
  })
  return { db, close: () => db.close().then(database.drop) }
}

/** Milliseconds of each read in each database. */
export async function measureReads(
  dbs: readonly Db[],
  { nowMs, rounds, drawn }: { nowMs: number; rounds: number; drawn: string[] },
): Promise<{ what: string; ms: number[] }[]> {
  const reads = dbs.map((db) => ({ db, of: readsOf(db, nowMs, new Set(drawn)) }))
  const took: { what: string; ms: number[] }[] = []
  for (const what of Object.keys(reads[0]?.of ?? {})) {
    const times = dbs.map(() => [] as number[])
    // The first round warms the database.
    for (let round = 0; round <= rounds; round++) {
      for (const [nth, { db, of }] of reads.entries()) {
        const began = performance.now()
        await of[what]?.()
        if (round > 0) times[nth]?.push(performance.now() - began)
        const back = set(ACTION, { state: 'waiting', lease_by: null, lease_until: null })
        await db.tx((tx) => tx.run(sql`UPDATE ${ACTION} SET ${back} WHERE ${ACTION.state} = 'running'`))
      }
    }
    const ms = times.map(median)
    took.push({ what, ms })
    print(`  ${what}: ${ms.map((one) => one.toFixed(1)).join(' and ')} ms`)
  }
  return took
}

function readsOf(db: Db, nowMs: number, drawn: ReadonlySet<string>): Record<string, () => Promise<unknown>> {
  const outbox = createOutbox({ clock: { now: () => nowMs }, nudge: () => undefined })
  const metrics = createMetrics(db, {
    openAlerts: async () => new Map(),
    unstored: () => [],
    looksLost: () => 0,
    eta: async (tx) =>
      (await readEta(tx, nowMs)).map(({ kind, lane, doneAtMs }) => ({ kind, lane, doneInMs: doneAtMs - nowMs })),
  })
  const past = (days: number) =>
    db.view((view) => recordedEvents(view, { fromMs: nowMs - days * DAY_MS, toMs: nowMs, drawn }))
  return {
    'claim of 16': async () => {
      const wanted = { lane: 'event', limit: 16, nowMs, instance: 'bench', place: { rank: 0, of: 1 }, turn: 0 } as const
      const { claimed } = await claimActions(db, { ...wanted, isBusy: () => false })
      if (claimed.length !== 16) throw new Error(`${claimed.length} claimed`)
    },
    'what is due': () => db.tx((tx) => whatIsDue(tx, nowMs)),
    'when the next is due': () => db.tx((tx) => firstDue(tx, ACTION.due_at, sql`${ACTION.state} = 'waiting'`)),
    'actions of dead processes taken back': () => releaseLeases(db, nowMs, { all: false }),
    'ETA of what waits': () => db.tx((tx) => readEta(tx, nowMs)),
    '`/metrics`': () => metrics.text(),
    'doctor: tokens refused': () => db.tx(refusedActions),
    'a guide renamed': () => db.tx((tx) => outbox.readdress(tx, 'benchguide5', 'benchguide5')),
    'undo of the tags of a day': () => db.tx((tx) => planTagUndo(tx, 'new-customer-first-order', nowMs - DAY_MS)),
    'retention when nothing is old enough': async () => {
      const keep = { callback: FOR_EVER, rows: FOR_EVER, left: 0, order: FOR_EVER }
      const { emptied, deleted } = await createEmptyOld({ db, clock: { now: () => nowMs }, days: keep })(() => true)
      if (emptied + deleted > 0) throw new Error(`${emptied} emptied, ${deleted} deleted`)
    },
    'plan: since when events are kept': () => db.view(recordedSince),
    'plan: 14 days of events, a piece at a time': () => past(14),
    'backtest: 30 days of events, a piece at a time': () => past(30),
  }
}

import type { Dialect } from '../../core/db/columns.ts'
import type { Db } from '../../core/db/db.ts'
import { count, number, pick, type Sql, select, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { ALONE, type Place } from '../../core/kernel/place.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { LIVE_PROCESS } from './deployment-tables.ts'
import { goesOn, isOff, offBy, type ProcessClock } from './off-by.ts'

const TELL_EVERY_MS = 5 * SECOND_MS
/** Who has said nothing for so long is dead. Longer than a pause. */
export const SILENT_FOR_MS = 20 * SECOND_MS
/** Who says that it lived so much later than now wrote by a clock that has been set back since. */
const MOST_EARLY_MS = 10 * SECOND_MS
/** An answer that took longer says nothing of the time: one of the two stood still. */
const SLOW_ANSWER_MS = SECOND_MS
/** What the way to the database and back makes of two clocks that are right. */
const JITTER_MS = 100
/** A clock that was set is told of at once. */
const WAS_SET_MS = 500

/** UTC milliseconds, by the database's clock. */
export const DATABASE_NOW: Record<Dialect, Sql> = {
  sqlite: sql`CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)`,
  mysql: sql`ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000)`,
}

export interface LiveProcessesDeps {
  db: Db
  clock: Clock
  log: Pick<Logger, 'error' | 'info'>
  instance: string
  /** Default: the database's own. */
  databaseClock?: Clock | undefined
}

/** The processes of a deployment, each a row that it renews: among how many WeCom's limits are to be divided, and what time it
 *  is among them. Whose clock is off by more than two seconds may lease nothing until it is right again; of several that are all
 *  off, one goes on. */
export function createLiveProcesses({ db, clock, log, instance, databaseClock }: LiveProcessesDeps) {
  let told: { atMs: number; setMs: number; place: Place } | undefined
  const databaseNow = (): Sql => (databaseClock === undefined ? DATABASE_NOW[db.dialect] : sql`${databaseClock.now()}`)
  /** Runs on when somebody sets the clock. */
  const steadyNow = (): number => databaseClock?.now() ?? performance.now()
  /** How the clock has been set: the same all the time while nobody does. */
  const setNow = (): number => clock.now() - steadyNow()
  const wasSet = (setMs: number): boolean => Math.abs(setNow() - setMs) >= WAS_SET_MS
  const setSince = (setMs: number): number => (wasSet(setMs) ? setNow() - setMs : 0)

  /** Of the database's clock, and how this one was set then. */
  let measured = { aheadMs: 0, setMs: setNow() }
  /** Of the time that holds among all, when it was compared last; undefined: with nobody. */
  let compared: { offMs: number; setMs: number; goesOn: boolean } | undefined
  const aheadNow = (): number => Math.round(measured.aheadMs + setSince(measured.setMs))
  const tell = (tx: Tx, atMs: number): Promise<void> =>
    tx.upsert(LIVE_PROCESS, [{ instance, seen_at: Math.round(atMs), ahead_ms: aheadNow() }], ['instance'])

  /** The rows of all, and what time it is by the database. */
  async function read() {
    const askedAtMs = clock.now()
    const setMs = setNow()
    const now = number(databaseNow())
    const rows = await db.statement((tx) =>
      tx.rows(
        sql`SELECT ${pick(LIVE_PROCESS, 'instance', 'seen_at', 'ahead_ms')}, ${select({ now })} FROM ${LIVE_PROCESS}`,
      ),
    )
    // The very first has no row to ask beside.
    const [asked] = rows.length > 0 ? rows : [await db.statement((tx) => tx.row(sql`SELECT ${select({ now })}`))]
    if (asked === undefined) throw new Error('the database did not say what time it is')
    measure(asked.now, { askedAtMs, tookMs: clock.now() - askedAtMs, setMs })
    return { rows, databaseMs: asked.now }
  }

  /** As far as it is certain: it was said somewhere in the time that the answer took. */
  function measure(databaseMs: number, asked: { askedAtMs: number; tookMs: number; setMs: number }): void {
    const { askedAtMs, tookMs, setMs } = asked
    if (tookMs < 0 || tookMs > SLOW_ANSWER_MS) return
    const ahead = askedAtMs + tookMs / 2 - databaseMs
    const certain = Math.abs(ahead) - tookMs / 2
    measured = { aheadMs: certain < JITTER_MS ? 0 : Math.round(Math.sign(ahead) * certain), setMs }
  }

  /** By how many milliseconds this clock is ahead of the time that holds among all; also right after it was set. */
  function offNow(): number {
    return compared === undefined ? 0 : compared.offMs + setSince(compared.setMs)
  }
  /** Whether others may rely on the times that this process writes. */
  const mayLease = (): boolean => !isOff(offNow()) || (compared?.goesOn === true && !wasSet(compared.setMs))

  let isToldOff = false
  function compare(others: readonly ProcessClock[]): void {
    const { aheadMs, setMs } = measured
    const offMs = offBy(
      aheadMs,
      others.map((one) => one.aheadMs),
    )
    // A clock that was set since it was measured last is not believed anew before it is measured.
    compared = others.length === 0 ? undefined : { offMs, setMs, goesOn: goesOn({ instance, aheadMs }, others) }
    if (!mayLease() && !isToldOff)
      log.error({ offMs: offNow() }, 'the clock of this process is off: it takes up no work')
    if (isToldOff && !isOff(offNow())) log.info('the clock of this process is right again')
    else if (isToldOff && mayLease()) log.info('the clocks of all are off: this process goes on')
    isToldOff = !mayLease()
  }

  return {
    /** This process among them. */
    own: {
      instance,
      /** What time it is among all processes: for what one of them writes and others go by. */
      clock: { now: (): number => clock.now() - offNow() },
      /** By how many milliseconds the clock of this process is ahead of that. */
      offMs: offNow,
      mayLease,
      /** Among how many it lives, itself one of them, as of when it looked last. */
      among: (): number => told?.place.of ?? 1,
      /** As of then: which of them it is. */
      place: (): Place => told?.place ?? ALONE,
    },
    /** Writes this process' row, whatever it held: who can do that can store. Throws the driver's error. */
    tell: (): Promise<void> => db.tx((tx) => tell(tx, clock.now() - aheadNow())),
    /** Compares the clocks, says every five seconds that this process lives, and gives its place among all that do. Throws the
     *  driver's error when the database is away; safe to repeat. */
    look: async (): Promise<Place> => {
      const nowMs = clock.now()
      if (told !== undefined && !wasSet(told.setMs) && Math.abs(nowMs - told.atMs) < TELL_EVERY_MS) return told.place
      const { rows, databaseMs } = await read()
      await db.statement((tx) => tell(tx, databaseMs))
      const [fromMs, untilMs] = [databaseMs - SILENT_FOR_MS, databaseMs + MOST_EARLY_MS]
      const isLiving = (seenAtMs: number): boolean => seenAtMs >= fromMs && seenAtMs <= untilMs
      if (!rows.every((one) => isLiving(one.seen_at))) {
        const { seen_at: seenAt } = LIVE_PROCESS
        await db.statement((tx) =>
          tx.run(sql`DELETE FROM ${LIVE_PROCESS} WHERE ${seenAt} < ${fromMs} OR ${seenAt} > ${untilMs}`),
        )
      }
      const living = rows.filter((one) => isLiving(one.seen_at) && one.instance !== instance)
      compare(
        living.flatMap(({ instance: other, ahead_ms: ahead }) =>
          ahead === null ? [] : [{ instance: other, aheadMs: ahead }],
        ),
      )
      const rank = living.filter((one) => one.instance < instance).length
      told = { atMs: nowMs, setMs: measured.setMs, place: { rank, of: living.length + 1 } }
      return told.place
    },
    /** Its part is free for the others at once. */
    leave: async (): Promise<void> => {
      await db.tx((tx) => tx.run(sql`DELETE FROM ${LIVE_PROCESS} WHERE ${LIVE_PROCESS.instance} = ${instance}`))
    },
  }
}

/** How many live, as far as the table tells; for readers who are none of them, whatever their clocks say. Who wrote by a clock
 *  that has been set back counts: whoever asks may be about to take the tables away. */
export async function countLive(tx: ReadTx): Promise<number> {
  const living = sql`${LIVE_PROCESS.seen_at} >= ${DATABASE_NOW[tx.dialect]} - ${SILENT_FOR_MS}`
  return (await tx.row(sql`SELECT ${select({ n: count() })} FROM ${LIVE_PROCESS} WHERE ${living}`))?.n ?? 0
}

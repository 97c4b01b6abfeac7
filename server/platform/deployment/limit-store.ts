import type { Db } from '../../core/db/db.ts'
import { commas, every, maybeNumber, number, pick, select, set, some, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { LANES, perLane } from '../../core/kernel/lane.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { WindowLimit } from '../wecom/limits/documented-limits.ts'
import { type LaneUse, noUse, roomFor, totalUse } from '../wecom/limits/lane-shares.ts'
import type { LimitAnswer, LimitEntry, SharedLimits } from '../wecom/limits/shared-limits.ts'
import { SLICES } from '../wecom/limits/sliding-window.ts'
import { ENDPOINT_LIMIT, ENDPOINT_USE } from './deployment-tables.ts'

const sliceOf = ({ lengthMs }: WindowLimit, nowMs: number): number => Math.floor(nowMs / (lengthMs / SLICES))

/** Uses that no window looks at any more harm nobody: they are removed at every so manieth booking. */
const SWEEP_EVERY = 16

/** The limits that all processes of a deployment keep together, in the database: who books holds the endpoint's row, so
 *  two can never be granted the same call. Throws the driver's error when the database is away, and limits.clock-off while this
 *  process may book nothing: its windows are not those of the others. */
export function createLimitStore(db: Db, mayLease: () => boolean = () => true): SharedLimits {
  const bookings = new Map<string, number>()
  const isSweeping = (path: string): boolean => {
    const before = bookings.get(path) ?? 0
    bookings.set(path, before + 1)
    return before % SWEEP_EVERY === 0
  }
  return {
    settle: async (entries, nowMs) => {
      if (!mayLease()) throw new AppError('limits.clock-off', 'the clock of this process is off', { retry: 'later' })
      // In one order, so that two processes never wait for each other.
      const order = entries.map((_, index) => index).sort((a, b) => (pathAt(entries, a) < pathAt(entries, b) ? -1 : 1))
      const isForWelcome = entries.some(({ made, wanted }) => made.welcome + wanted.welcome > 0)
      return db.tx(
        async (tx) => {
          const answers: LimitAnswer[] = []
          for (const index of order) {
            const entry = entries[index]
            if (entry === undefined) continue
            answers[index] = await settleOne(tx, entry, nowMs)
            if (isSweeping(entry.path)) await sweep(tx, entry, nowMs)
          }
          return answers
        },
        isForWelcome ? 'welcome' : 'other',
      )
    },
  }
}

/** What is known of one endpoint, by a reader who books nothing: use per window length and lane. */
export async function readLimits(
  tx: Tx,
  asked: Pick<LimitEntry, 'path' | 'windows'>,
  nowMs: number,
): Promise<{ answer: LimitAnswer; used: Map<number, LaneUse> }> {
  const rows = await readUse(tx, asked, nowMs)
  const used = new Map(rows.map((row) => [row.lengthMs, perLane((lane) => row[lane])]))
  const usedInMinute = totalUse(used.get(MINUTE_MS) ?? noUse())
  const learned = await readLearned(tx, asked.path)
  return { used, answer: { path: asked.path, granted: noUse(), room: noUse(), waitMs: 0, usedInMinute, ...learned } }
}

const pathAt = (entries: LimitEntry[], index: number): string => entries[index]?.path ?? ''

async function settleOne(tx: Tx, entry: LimitEntry, nowMs: number): Promise<LimitAnswer> {
  const { path, windows } = entry
  const learned = await exchangeNews(tx, entry)
  if (entry.returned !== undefined) await giveBack(tx, entry, entry.returned, nowMs)
  const used = await readUse(tx, entry, nowMs)
  const windowUse = windows.map((window) => {
    const row = used.find((one) => one.lengthMs === window.lengthMs)
    const returned = returnedNow(entry, window, nowMs)
    const use = perLane((lane) => (row?.[lane] ?? 0) + entry.made[lane] - returned[lane])
    return { window, use, oldest: row?.oldest ?? sliceOf(window, nowMs) }
  })
  const granted = noUse()
  for (const lane of LANES) {
    const room = Math.min(...windowUse.map(({ window, use }) => roomFor(lane, use, window.limit)))
    granted[lane] = Math.min(entry.wanted[lane], Math.max(0, room))
    for (const { use } of windowUse) use[lane] += granted[lane]
  }
  await book(
    tx,
    entry,
    perLane((lane) => entry.made[lane] + granted[lane]),
    nowMs,
  )
  const full = windowUse.filter(({ window, use }) => LANES.some((lane) => roomFor(lane, use, window.limit) <= 0))
  const waits = full.map(({ window, oldest }) => (oldest + 1) * (window.lengthMs / SLICES) + window.lengthMs - nowMs)
  const minute = windowUse.find(({ window }) => window.lengthMs === MINUTE_MS)
  return {
    path,
    granted,
    room: perLane((lane) => Math.min(...windowUse.map(({ window, use }) => roomFor(lane, use, window.limit)))),
    waitMs: Math.max(1, Math.ceil(Math.max(0, ...waits))),
    usedInMinute: minute === undefined ? 0 : totalUse(minute.use),
    ...learned,
  }
}

/** Takes the endpoint's row for this transaction; writes what this process has learned and reads what others have. */
async function exchangeNews(
  tx: Tx,
  { path, closedUntilMs, allowed, learned }: LimitEntry,
): Promise<Pick<LimitAnswer, 'closedUntilMs' | 'allowed' | 'learned'>> {
  const { revision, closed_until } = ENDPOINT_LIMIT
  const isIt = sql`${ENDPOINT_LIMIT.path} = ${path}`
  const take = () => tx.run(sql`UPDATE ${ENDPOINT_LIMIT} SET ${revision} = ${revision} + 1 WHERE ${isIt}`)
  if ((await take()) === 0) {
    await tx.insertIgnore(ENDPOINT_LIMIT, [{ path }])
    await take()
  }
  if (closedUntilMs !== undefined) {
    await tx.run(
      sql`UPDATE ${ENDPOINT_LIMIT} SET ${closed_until} = ${closedUntilMs}
          WHERE ${isIt} AND (${closed_until} IS NULL OR ${closed_until} < ${closedUntilMs})`,
    )
  }
  if (allowed !== undefined) {
    const seen = set(ENDPOINT_LIMIT, { allowed: allowed.calls, allowed_at: allowed.atMs })
    await tx.run(sql`UPDATE ${ENDPOINT_LIMIT} SET ${seen} WHERE ${isIt}`)
  }
  if (learned !== undefined) {
    const seen = set(ENDPOINT_LIMIT, { learned: learned.perMinute, learned_at: learned.atMs })
    await tx.run(sql`UPDATE ${ENDPOINT_LIMIT} SET ${seen} WHERE ${isIt}`)
  }
  return readLearned(tx, path)
}

async function readLearned(tx: Tx, path: string): Promise<Pick<LimitAnswer, 'closedUntilMs' | 'allowed' | 'learned'>> {
  const columns = pick(ENDPOINT_LIMIT, 'closed_until', 'allowed', 'allowed_at', 'learned', 'learned_at')
  const row = await tx.row(sql`SELECT ${columns} FROM ${ENDPOINT_LIMIT} WHERE ${ENDPOINT_LIMIT.path} = ${path}`)
  return {
    closedUntilMs: row?.closed_until ?? undefined,
    allowed: pair(row?.allowed, row?.allowed_at, (calls, atMs) => ({ calls, atMs })),
    learned: pair(row?.learned, row?.learned_at, (perMinute, atMs) => ({ perMinute, atMs })),
  }
}

const pair = <T>(
  value: number | null | undefined,
  atMs: number | null | undefined,
  make: (value: number, atMs: number) => T,
): T | undefined => (typeof value === 'number' && typeof atMs === 'number' ? make(value, atMs) : undefined)

/** Used in each window, and the oldest slice in it. */
function readUse(tx: Tx, { path, windows }: Pick<LimitEntry, 'path' | 'windows'>, nowMs: number) {
  const { length_ms, slice } = ENDPOINT_USE
  const inWindows = windows.map(
    (window) => sql`${length_ms} = ${window.lengthMs} AND ${slice} >= ${sliceOf(window, nowMs) - SLICES}`,
  )
  const sums = perLane((lane) => number(sql`SUM(${ENDPOINT_USE[lane]})`))
  return tx.rows(
    sql`SELECT ${select({ lengthMs: length_ms, oldest: maybeNumber(sql`MIN(${slice})`), ...sums })} FROM ${ENDPOINT_USE}
        WHERE ${every([sql`${ENDPOINT_USE.path} = ${path}`, some(inWindows)])} GROUP BY ${length_ms}`,
  )
}

const sliceRow = (path: string, lengthMs: number, slice: number) =>
  sql`${ENDPOINT_USE.path} = ${path} AND ${ENDPOINT_USE.length_ms} = ${lengthMs} AND ${ENDPOINT_USE.slice} = ${slice}`

const without = (calls: LaneUse) =>
  commas(LANES.map((lane) => sql`${ENDPOINT_USE[lane]} = ${ENDPOINT_USE[lane]} - ${calls[lane]}`))

/** Of what is returned, that which was booked in the slice that still runs. */
function returnedNow({ returned }: LimitEntry, window: WindowLimit, nowMs: number): LaneUse {
  const isNow = returned !== undefined && sliceOf(window, returned.bookedAtMs) === sliceOf(window, nowMs)
  return isNow ? returned.calls : noUse()
}

/** In the very slices in which it was booked, so that no window ever shows less than was called. That of the slice that runs
 *  goes with what is booked in it. */
async function giveBack(
  tx: Tx,
  { path, windows }: LimitEntry,
  { calls, bookedAtMs }: NonNullable<LimitEntry['returned']>,
  nowMs: number,
): Promise<void> {
  for (const window of windows) {
    const slice = sliceOf(window, bookedAtMs)
    if (slice === sliceOf(window, nowMs)) continue
    const row = sliceRow(path, window.lengthMs, slice)
    await tx.run(sql`UPDATE ${ENDPOINT_USE} SET ${without(calls)} WHERE ${row}`)
  }
}

/** One statement for all windows, or none. */
async function book(tx: Tx, entry: LimitEntry, calls: LaneUse, nowMs: number): Promise<void> {
  const { path, windows } = entry
  const rows = windows.map((window) => {
    const returned = returnedNow(entry, window, nowMs)
    const change = perLane((lane) => calls[lane] - returned[lane])
    return { path, length_ms: window.lengthMs, slice: sliceOf(window, nowMs), ...change }
  })
  const changed = rows.filter((row) => LANES.some((lane) => row[lane] !== 0))
  if (changed.length > 0) await tx.increase(ENDPOINT_USE, changed, ['path', 'length_ms', 'slice'], ...LANES)
}

async function sweep(tx: Tx, { path, windows }: LimitEntry, nowMs: number): Promise<void> {
  const { length_ms, slice } = ENDPOINT_USE
  const isPast = windows.map(
    (window) => sql`${length_ms} = ${window.lengthMs} AND ${slice} < ${sliceOf(window, nowMs) - SLICES - 1}`,
  )
  if (isPast.length === 0) return
  await tx.run(sql`DELETE FROM ${ENDPOINT_USE} WHERE ${every([sql`${ENDPOINT_USE.path} = ${path}`, some(isPast)])}`)
}

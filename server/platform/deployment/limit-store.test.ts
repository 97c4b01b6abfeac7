import { afterEach, beforeEach, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { countStatements } from '../../testing/count-statements.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { noUse } from '../wecom/limits/lane-shares.ts'
import type { LimitEntry, SharedLimits } from '../wecom/limits/shared-limits.ts'
import { createLimitStore } from './limit-store.ts'

const windows = [
  { lengthMs: MINUTE_MS, limit: 1_000 },
  { lengthMs: HOUR_MS, limit: 10_000 },
]
/** The beginning of an hour, so that a second more is the next slice of the minute and not of the hour. */
const BEGIN = 450_000 * HOUR_MS

let kit: TestKit
let store: SharedLimits
beforeEach(async () => {
  kit = await createTestKit()
  store = createLimitStore(kit.db)
})
afterEach(() => kit.close())

const settle = async (entry: Partial<LimitEntry>, nowMs: number) =>
  (await store.settle([{ path: '/a', windows, made: noUse(), wanted: noUse(), ...entry }], nowMs))[0]
const events = (event: number) => ({ ...noUse(), event })
const used = async (): Promise<string[]> => {
  const rows = await kit.db.tx((tx) =>
    tx.rows(
      raw<{ length_ms: number; slice: number; event: number }>(
        "SELECT length_ms, slice, event FROM endpoint_use WHERE path = '/a' ORDER BY length_ms, slice",
      ),
    ),
  )
  return rows.map((row) => `${Number(row.length_ms) / MINUTE_MS} ${row.slice} ${row.event}`)
}
const [second, minute] = [BEGIN / SECOND_MS, BEGIN / MINUTE_MS]

it('what is booked and what is returned in one slice is one statement for all windows', async () => {
  await settle({ wanted: events(10) }, BEGIN)
  const { total } = await countStatements(kit.db, async () => {
    const answer = await settle(
      { made: events(3), wanted: events(5), returned: { calls: events(4), bookedAtMs: BEGIN } },
      BEGIN + 999,
    )
    expect([answer?.granted.event, answer?.usedInMinute]).toEqual([5, 14])
  })
  expect(await used()).toEqual([`1 ${second} 14`, `60 ${minute} 14`])
  // The endpoint's row is taken and read, the use read and written.
  expect(total).toBe(6)
})

it('what is returned later is taken off the slice in which it was booked', async () => {
  await settle({ wanted: events(10) }, BEGIN)
  await settle({ made: events(1), returned: { calls: events(4), bookedAtMs: BEGIN } }, BEGIN + SECOND_MS)
  expect(await used()).toEqual([`1 ${second} 6`, `1 ${second + 1} 1`, `60 ${minute} 7`])
})

it('what no window looks at any more is gone after some bookings, and nothing else', async () => {
  await settle({ made: events(1) }, BEGIN)
  const later = BEGIN + 10 * MINUTE_MS
  for (let n = 0; n < 15; n++) await settle({ made: events(1) }, later)
  expect(await used()).toHaveLength(4)
  await settle({ made: events(1) }, later)
  expect(await used()).toEqual([`1 ${second + 600} 16`, `60 ${minute} 1`, `60 ${minute + 10} 16`])
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pick, sql } from '../../core/db/sql.ts'
import { createSettableClock, systemClock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { LIVE_PROCESS } from './deployment-tables.ts'
import { countLive, createLiveProcesses } from './live-processes.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const rowsOf = () =>
  kit.db.tx((tx) =>
    tx.rows(
      sql`SELECT ${pick(LIVE_PROCESS, 'instance', 'seen_at', 'ahead_ms')} FROM ${LIVE_PROCESS} ORDER BY instance`,
    ),
  )

it('processes measure their clocks by the database’s own, and each knows its place', async () => {
  const open = (instance: string, fastMs: number) =>
    createLiveProcesses({ ...kit, instance, clock: { now: () => systemClock.now() + fastMs } })
  const [first, wrong, third] = [open('a', 0), open('b', 3_600_000), open('c', 0)]
  const places = []
  for (const one of [first, wrong, third]) places.push(await one.look())
  expect(places).toEqual([
    { rank: 0, of: 1 },
    { rank: 1, of: 2 },
    { rank: 2, of: 3 },
  ])
  const hours = (await rowsOf()).map((row) => Math.round((row.ahead_ms ?? Number.NaN) / 360_000) / 10)
  expect(hours).toEqual([0, 1, 0])
  expect([wrong, third].map(({ own }) => own.mayLease())).toEqual([false, true])
  expect(Math.abs(wrong.own.clock.now() - systemClock.now())).toBeLessThan(2_000)
})

it.each([60_000, -60_000])('a reader counts who lives by the database, also from %i ms off it', async (offMs) => {
  const process = createLiveProcesses({ ...kit, instance: 'a', clock: { now: () => systemClock.now() + offMs } })
  await process.look()
  expect(await kit.db.view(countLive)).toBe(1)
  // By how the clock of `a` runs on, its row is young all the time.
  const silent = systemClock.now() - 21 * SECOND_MS
  await kit.db.tx((tx) => tx.upsert(LIVE_PROCESS, [{ instance: 'a', seen_at: silent, ahead_ms: offMs }], ['instance']))
  expect(await kit.db.view(countLive)).toBe(0)
})

describe('with clocks that are set by hand', () => {
  const START = Date.parse('2026-11-22T09:00:00+08:00')
  let clocks: Record<string, ReturnType<typeof createSettableClock>>
  let databaseClock: ReturnType<typeof createSettableClock>
  /** The database takes a second and a half to answer. */
  let isSlow: boolean
  beforeEach(() => {
    databaseClock = createSettableClock(START)
    clocks = {}
    isSlow = false
  })

  const pass = (ms: number): void => {
    for (const clock of [databaseClock, ...Object.values(clocks)]) clock.advance(ms)
  }
  function open(instance: string, offMs: number) {
    const clock = createSettableClock(databaseClock.now() + offMs)
    clocks[instance] = clock
    const statement: TestKit['db']['statement'] = async (work, rank) => {
      const done = await kit.db.statement(work, rank)
      if (isSlow) pass(1_500)
      return done
    }
    return createLiveProcesses({ ...kit, db: { ...kit.db, statement }, instance, clock, databaseClock })
  }
  /** All look twice, so that each knows of each. */
  async function lookAll(processes: ReturnType<typeof open>[]): Promise<void> {
    for (let round = 0; round < 2; round++) {
      for (const one of processes) await one.look()
      pass(6 * SECOND_MS)
    }
  }

  it('whoever looks again sees who came after, and stays right', async () => {
    const all = [open('a', 0), open('b', MINUTE_MS), open('c', 0)]
    const [first] = all
    expect(all.map(({ own }) => own.among())).toEqual([1, 1, 1])
    await lookAll(all)
    expect(all.map(({ own }) => own.mayLease())).toEqual([true, false, true])
    expect(all.map(({ own }) => own.among())).toEqual([3, 3, 3])
    expect(await first?.look()).toEqual({ rank: 0, of: 3 })
  })

  it('a clock that is set while the database is slow is not believed before it is measured', async () => {
    const [a, b] = [open('a', 0), open('b', 0)]
    await lookAll([a, b])
    clocks.a?.advance(MINUTE_MS)
    isSlow = true
    await a.look()
    expect([a.own.mayLease(), a.own.offMs()]).toEqual([false, MINUTE_MS])
    expect(Math.abs(a.own.clock.now() - databaseClock.now())).toBeLessThan(SECOND_MS)
    const seenMs = (await rowsOf())[0]?.seen_at ?? 0
    expect(Math.abs(seenMs - databaseClock.now())).toBeLessThan(10 * SECOND_MS)

    // At the next beat, not five seconds later.
    isSlow = false
    pass(SECOND_MS)
    await a.look()
    expect((await rowsOf())[0]).toMatchObject({ seen_at: databaseClock.now(), ahead_ms: MINUTE_MS })
    expect([a.own.mayLease(), a.own.offMs()]).toEqual([false, MINUTE_MS])
    clocks.a?.advance(-MINUTE_MS)
    expect([a.own.mayLease(), a.own.offMs()]).toEqual([true, 0])
  })

  it('of two that are off to both sides one works, by the right time, until it is set anew', async () => {
    const [a, b] = [open('a', 15_000), open('b', -20_000)]
    await lookAll([a, b])
    expect([a.own.mayLease(), b.own.mayLease()]).toEqual([true, false])
    expect(a.own.clock.now()).toBe(databaseClock.now())
    clocks.a?.advance(5_000)
    expect(a.own.mayLease()).toBe(false)
  })

  it('a row of a time that is yet to come is nobody’s who lives, and goes', async () => {
    const a = open('a', 0)
    const ahead = (ms: number) => [{ instance: 'z', seen_at: databaseClock.now() + ms, ahead_ms: 0 }]
    await kit.db.tx((tx) => tx.upsert(LIVE_PROCESS, ahead(10_000), ['instance']))
    expect(await a.look()).toEqual({ rank: 0, of: 2 })
    pass(6 * SECOND_MS)
    await kit.db.tx((tx) => tx.upsert(LIVE_PROCESS, ahead(10_001), ['instance']))
    expect(await a.look()).toEqual({ rank: 0, of: 1 })
    expect((await rowsOf()).map((row) => row.instance)).toEqual(['a'])
  })
})

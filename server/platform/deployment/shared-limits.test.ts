import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrations } from '../../../migrations/index.ts'
import { createDb, type Db } from '../../core/db/db.ts'
import { raw } from '../../core/db/sql.ts'
import { LANES, type Lane } from '../../core/kernel/lane.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { createMigratedDatabase } from '../../testing/migrated-database.ts'
import type { RateLimitOptions } from '../wecom/limits/documented-limits.ts'
import { createRateLimits } from '../wecom/limits/rate-limits.ts'
import type { SharedLimits } from '../wecom/limits/shared-limits.ts'
import { createLimitStore } from './limit-store.ts'

const MARK = '/cgi-bin/externalcontact/mark_tag'
const UPLOAD = '/cgi-bin/media/uploadimg'
const START = Date.parse('2026-11-22T09:00:00+08:00')

describe('the limits of several processes on one database', () => {
  let database: { url: string; drop(): Promise<void> }
  let open: Db[]
  beforeEach(async () => {
    database = await createMigratedDatabase()
    open = []
  })
  afterEach(async () => {
    for (const db of open) await db.close()
    await database.drop()
  })

  /** A process of its own, with a connection of its own. */
  async function startProcess(options: RateLimitOptions = {}) {
    const db = createDb(database.url, migrations)
    open.push(db)
    await db.migrate()
    const book = createLimitStore(db)
    let bookings = 0
    const counted: SharedLimits = {
      settle: (entries, nowMs) => {
        bookings += 1
        return book.settle(entries, nowMs)
      },
    }
    const limits = createRateLimits(options, counted)
    return {
      db,
      limits,
      bookings: () => bookings,
      /** Calls until it must wait, at most `most`. */
      takeAll: async (path: string, lane: Lane, nowMs = START, most = 20_000): Promise<number> => {
        let count = 0
        while (count < most && (await limits.take(path, nowMs, lane)) === 0) count += 1
        await limits.flush(nowMs)
        return count
      },
    }
  }

  it('are kept together: what one has used, the other lacks, and the minute is used to its end', async () => {
    const [a, b] = [await startProcess({ perMinute: 400 }), await startProcess({ perMinute: 400 })]
    let total = 0
    for (let round = 0; round < 30; round++) {
      const counts = await Promise.all([
        a.takeAll(MARK, LANES[round % 4] ?? 'event', START + round * SECOND_MS, 10 + round),
        b.takeAll(MARK, LANES[(round + 1) % 4] ?? 'event', START + round * SECOND_MS, 10 + round),
      ])
      total += counts[0] + counts[1]
    }
    expect(total).toBeLessThanOrEqual(400)
    expect(total).toBeGreaterThan(380)
    expect(await a.limits.take(MARK, START + 30 * SECOND_MS, 'event')).toBeGreaterThan(0)
    expect(await b.limits.take(MARK, START + 93 * SECOND_MS, 'event')).toBe(0)
  })

  it('cost one look at the database for many calls, not one each', async () => {
    const a = await startProcess()
    for (let second = 0; second < 10; second++) {
      const nowMs = START + second * SECOND_MS
      expect(await a.takeAll(MARK, 'event', nowMs, 150)).toBe(150)
    }
    expect(a.bookings()).toBeLessThan(100)
    await a.limits.flush(START + 11 * SECOND_MS)
    const used = await a.db.tx((tx) =>
      tx.row(
        raw<{ n: number }>('SELECT SUM(event) AS n FROM endpoint_use WHERE path = ? AND length_ms = ?', [
          MARK,
          MINUTE_MS,
        ]),
      ),
    )
    // What was booked ahead and not used is given back.
    expect(Number(used?.n)).toBe(1_500)
  })

  it('leave a welcome its room when the other process has sent a whole campaign', async () => {
    const [a, b] = [await startProcess({ perMinute: 1_000 }), await startProcess({ perMinute: 1_000 })]
    await a.takeAll(MARK, 'campaign')
    await a.takeAll(MARK, 'event')
    expect(await b.takeAll(MARK, 'event')).toBe(0)
    expect(await b.takeAll(MARK, 'welcome')).toBe(50)
  })

  it('of a day and of a month survive a restart', async () => {
    const before = await startProcess()
    expect(await before.takeAll(UPLOAD, 'event')).toBe(930)
    await before.db.close()
    const after = await startProcess()
    expect(await after.limits.take(UPLOAD, START + 60 * MINUTE_MS, 'event')).toBeGreaterThan(DAY_MS / 2)
    expect(await after.takeAll(UPLOAD, 'event', START + DAY_MS + 60 * MINUTE_MS, 20)).toBe(20)
  })

  it('are kept by each alone while the database is away, and together again after', async () => {
    const b = await startProcess({ perMinute: 100 })
    const away = createRateLimits({ perMinute: 100 }, { settle: () => Promise.reject(new Error('away')) })
    let alone = 0
    while (alone < 1_000 && (await away.take(MARK, START, 'event')) === 0) alone += 1
    expect(alone).toBe(93)
    expect(await b.takeAll(MARK, 'event')).toBe(93)
  })
})

describe('two Huoshuis on one database', () => {
  let a: TestApp
  let b: TestApp
  beforeEach(async () => {
    a = await buildTestApp({ sandbox: { latencyMs: 5 } })
    b = await buildTestApp({ platform: a, databaseUrl: a.databaseUrl })
  })
  afterEach(async () => {
    await b.close()
    await a.close()
  })
  const ask = (app: TestApp) => app.huoshui.wecom.contacts.followUserList()
  const PATH = 'get_follow_user_list'

  it('both stop calling an endpoint that WeCom has closed for one of them, until the block is over', async () => {
    await Promise.all([ask(a), ask(b)])
    a.sandbox.faults.set({ path: PATH, errcode: 45009, times: 1 })
    await expect(ask(a)).rejects.toMatchObject({ errcode: 45009 })
    await a.huoshui.beat()
    const calls = a.sandbox.calls(PATH).length
    await ask(b).catch(() => undefined)
    await b.huoshui.beat()
    await expect(ask(b)).rejects.toMatchObject({ code: 'wecom.rate-limited', retry: { afterMs: MINUTE_MS } })
    expect(a.sandbox.calls(PATH).length - calls).toBeLessThanOrEqual(1)
    expect(await b.huoshui.wecom.tags.list()).toHaveProperty('tag_group')
    a.clock.advance(MINUTE_MS)
    expect((await ask(b)).follow_user).toContain('zhangsan')
  })

  const atOnce = (app: TestApp) =>
    app.huoshui.wecom.limits.paceOf(`/cgi-bin/externalcontact/${PATH}`, a.clock.now()).concurrency
  /** Both look who else lives. */
  async function look(afterMs: number): Promise<void> {
    a.clock.advance(afterMs)
    for (const app of [a, b]) await app.huoshui.beat()
  }

  it('make no more calls at once together than one alone would, and WeCom has nothing to refuse', async () => {
    await look(5 * SECOND_MS)
    const asked = a.sandbox.calls(PATH).length
    a.sandbox.limits.concurrency = 4
    await Promise.all(Array.from({ length: 12 }, () => [ask(a), ask(b)]).flat())
    const codes = a.sandbox.calls(PATH).slice(asked)
    expect(codes.map((call) => call.errcode)).toEqual(Array.from({ length: 24 }, () => 0))
    expect([atOnce(a), atOnce(b)]).toEqual([2, 2])
  })

  it('take the whole again when the other has ended, at once when it could say so', async () => {
    await look(5 * SECOND_MS)
    const c = await buildTestApp({ platform: a, databaseUrl: a.databaseUrl })
    await look(5 * SECOND_MS)
    expect([atOnce(a), atOnce(b), atOnce(c)].sort()).toEqual([1, 1, 2])
    await c.close()
    await look(5 * SECOND_MS)
    expect([atOnce(a), atOnce(b)]).toEqual([2, 2])
    // `b` dies: it looks no more.
    for (let seconds = 0; seconds <= 20; seconds += 5) {
      a.clock.advance(5 * SECOND_MS)
      await a.huoshui.beat()
    }
    expect(atOnce(a)).toBe(4)
  })

  it('both make fewer calls at once after WeCom has refused one of them, and grow back', async () => {
    await look(5 * SECOND_MS)
    await Promise.all([ask(a), ask(b)])
    a.sandbox.faults.set({ path: PATH, errcode: 45033, times: 1 })
    await expect(ask(a)).rejects.toMatchObject({ errcode: 45033 })
    await a.huoshui.beat()
    await ask(b)
    await b.huoshui.beat()
    expect([atOnce(a), atOnce(b)]).toEqual([1, 1])
    await look(2 * MINUTE_MS)
    // After so long a silence each took the other for dead.
    await look(5 * SECOND_MS)
    expect([atOnce(a), atOnce(b)]).toEqual([2, 2])
  })
})

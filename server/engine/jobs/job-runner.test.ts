import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { migrations } from '../../../migrations/index.ts'
import { createDb, type Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import { rowsDue } from '../../core/db/rows-due.ts'
import { raw, sql } from '../../core/db/sql.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { createLogger } from '../../core/kernel/logger.ts'
import { countStatements } from '../../testing/count-statements.ts'
import { createMigratedDatabase } from '../../testing/migrated-database.ts'
import { isServerRunning } from './heartbeat.ts'
import type { Job } from './job.ts'
import { createJobRunner } from './job-runner.ts'
import { JOB_RUN } from './job-tables.ts'

const NOON = Date.parse('2026-11-22T12:00:00+08:00')
const clock = createSettableClock(NOON)
let db: Db
let drop: () => Promise<void>
beforeEach(async () => {
  const database = await createMigratedDatabase()
  drop = database.drop
  db = createDb(database.url, migrations)
  await db.migrate()
  clock.set(NOON)
})
afterEach(async () => {
  await db.close()
  await drop()
})

let processes = 0
async function processOf(...jobs: Job[]) {
  processes += 1
  const log = createLogger({ level: 'silent' })
  const runner = createJobRunner({ db, clock, log, jobs, instance: `process-${processes}` })
  await runner.prepare({ alone: false })
  return runner
}
const hourly = (run: Job['run'], more: Partial<Job> = {}): Job => ({
  name: 'test.hourly',
  everyMs: 3_600_000,
  dueAt: leftOut('no rehearsal runs it'),
  run,
  ...more,
})

it('a job of two processes runs once, and again an hour after it ended', async () => {
  let runs = 0
  const job = hourly(async () => {
    runs += 1
  })
  const [one, two] = [await processOf(job), await processOf(job)]
  const beat = async () => {
    await Promise.all([one.runDue(), two.runDue()])
    await Promise.all([one.settled(), two.settled()])
  }
  await beat()
  await beat()
  expect(runs).toBe(1)
  clock.advance(3_600_000)
  await beat()
  expect(runs).toBe(2)
})

it('a job that names its rows is begun while one of them is due, and claims nothing before', async () => {
  const runs: string[] = []
  const row = (name: string, nextAtMs: number) =>
    db.tx((tx) => tx.upsert(JOB_RUN, [{ name, next_at: nextAtMs }], ['name']))
  const counting = (which: string, more: Partial<Job>): Job =>
    hourly(async () => void runs.push(which), { name: `test.${which}`, ...more })
  const worksOn = { table: JOB_RUN, where: sql`${JOB_RUN.name} = 'row'` }
  const one = await processOf(
    counting('own', { worksOn }),
    counting('both', { worksOn, sideBySide: true }),
    counting('byTime', { dueAt: rowsDue(JOB_RUN.next_at, sql`${JOB_RUN.name} = 'row'`) }),
  )
  const beat = async () => {
    await one.runDue()
    await one.settled()
    return runs.splice(0).sort()
  }
  await row('another', NOON)
  expect(await beat()).toEqual([])
  expect(await db.tx((tx) => isServerRunning(tx, NOON))).toBe(false)
  await row('row', NOON + 1)
  expect(await beat()).toEqual(['both', 'own'])
  clock.advance(1)
  expect(await beat()).toEqual(['byTime'])
  clock.advance(3_600_000)
  expect(await beat()).toEqual(['both', 'byTime', 'own'])
})

it('a clock that was set back does not put a job to sleep', async () => {
  let runs = 0
  const count = async () => {
    runs += 1
  }
  const one = await processOf(hourly(count), hourly(count, { name: 'test.both', sideBySide: true }))
  const beat = async () => {
    await one.runDue()
    await one.settled()
  }
  await beat()
  clock.set(NOON - 24 * 3_600_000)
  await beat()
  await beat()
  expect(runs).toBe(4)
})

it('the job of a process that died is begun by another once its lease is over, not while it lives', async () => {
  let runs = 0
  let finish = (): void => undefined
  const job = hourly(() => {
    runs += 1
    return new Promise<void>((resolve) => {
      finish = resolve
    })
  })
  const [one, two] = [await processOf(job), await processOf(job)]
  await one.runDue()
  clock.advance(60_000)
  await two.runDue()
  expect(runs).toBe(1)
  // Nobody renews the lease any more.
  clock.advance(61_000)
  const dead = finish
  await two.runDue()
  expect(runs).toBe(2)
  finish()
  dead()
  await Promise.all([one.settled(), two.settled()])
})

describe('a process that stood still for three minutes', () => {
  const MINUTE = 60_000
  /** A job that runs until told to end, run by run. */
  function longJob() {
    const ends: (() => void)[] = []
    let atOnce = 0
    let most = 0
    const job = hourly(async () => {
      atOnce += 1
      most = Math.max(most, atOnce)
      await new Promise<void>((resolve) => ends.push(resolve))
      atOnce -= 1
    })
    return { job, runs: () => ends.length, end: (run: number) => ends[run - 1]?.(), most: () => most }
  }
  const lease = () =>
    db.tx((tx) =>
      tx.row(
        raw<{ by: string | null; until: number | null }>(
          'SELECT lease_by AS "by", lease_until AS "until" FROM job_run',
        ),
      ),
    )

  it('leaves the lease to who took over: nobody begins the job a third time', async () => {
    const long = longJob()
    const [paused, successor, third] = [await processOf(long.job), await processOf(long.job), await processOf(long.job)]
    await paused.runDue()
    clock.advance(3 * MINUTE)
    await successor.runDue()
    expect(long.runs()).toBe(2)
    const held = await lease()
    long.end(1)
    await paused.settled()
    expect(await lease()).toEqual(held)
    await third.runDue()
    await paused.runDue()
    expect(long.runs()).toBe(2)
    long.end(2)
    await successor.settled()
    expect(await lease()).toEqual({ by: null, until: null })
    await third.runDue()
    expect(long.runs()).toBe(2)
  })

  it('does not renew a lease that is another’s', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const long = longJob()
      const [paused, successor] = [await processOf(long.job), await processOf(long.job)]
      await paused.runDue()
      vi.advanceTimersByTime(20_000)
      clock.advance(3 * MINUTE)
      await successor.runDue()
      const held = await lease()
      clock.advance(MINUTE)
      // The renewal of the one that stood still is due ten seconds before the successor's first.
      vi.advanceTimersByTime(10_000)
      expect(await lease()).toEqual(held)
      vi.advanceTimersByTime(20_000)
      await vi.waitFor(async () => expect(await lease()).toEqual({ by: held?.by, until: clock.now() + 2 * MINUTE }))
      long.end(1)
      long.end(2)
      await Promise.all([paused.settled(), successor.settled()])
    } finally {
      vi.useRealTimers()
    }
  })
})

it('a job that may run side by side runs in every process', async () => {
  const seen: string[] = []
  const in_ = (name: string) =>
    hourly(
      async () => {
        seen.push(name)
      },
      { sideBySide: true },
    )
  const [one, two] = [await processOf(in_('one')), await processOf(in_('two'))]
  for (const runner of [one, two, one, two]) {
    await runner.runDue()
    await runner.settled()
  }
  expect(seen).toEqual(['one', 'two'])
})

it('a lease is its process’ own from the first moment, and of its own job', async () => {
  const runs: string[] = []
  const long = hourly(() => new Promise<void>(() => runs.push('long')), { name: 'test.long' })
  const short = (which: string) => hourly(async () => void runs.push(which), { name: 'test.short' })
  const one = await processOf(long, short('one'))
  const two = await processOf(long, short('two'))
  await one.runDue()
  await two.runDue()
  await two.settled()
  expect(runs).toEqual(['long', 'one'])
  clock.advance(60_000)
  await two.runDue()
  expect(runs).toEqual(['long', 'one'])
})

it('an idle second asks once, whatever the jobs, and says what failed until the next time', async () => {
  const rows = () =>
    db.tx((tx) => tx.rows(raw<{ name: string; error: string | null }>('SELECT name, last_error AS error FROM job_run')))
  let isBroken = true
  const one = await processOf(
    hourly(async () => {
      if (isBroken) throw new Error('boom')
    }),
  )
  const beat = async () => {
    await one.runDue()
    await one.settled()
  }
  await beat()
  expect(await rows()).toEqual([{ name: 'test.hourly', error: 'Error: boom' }])
  expect((await countStatements(db, beat)).total).toBe(0)
  isBroken = false
  clock.advance(3_600_000)
  await beat()
  expect(await rows()).toEqual([{ name: 'test.hourly', error: null }])
  const other = await processOf()
  expect((await countStatements(db, () => other.prepare({ alone: true }))).total).toBe(0)
})

describe('leases that a crash left', () => {
  const never = () => new Promise<void>(() => undefined)

  it('are taken back at once by a process that is alone, and left to others', async () => {
    const dead = await processOf(hourly(never))
    await dead.runDue()
    let runs = 0
    const job = hourly(async () => {
      runs += 1
    })
    const next = await processOf(job)
    await next.runDue()
    expect(runs).toBe(0)
    await next.prepare({ alone: true })
    await next.runDue()
    await next.settled()
    expect(runs).toBe(1)
  })

  it('end when their time comes, to the millisecond, and at once when the clock was set back', async () => {
    const dead = await processOf(hourly(never))
    await dead.runDue()
    let runs = 0
    const next = await processOf(
      hourly(async () => {
        runs += 1
      }),
    )
    const beat = async () => {
      await next.runDue()
      await next.settled()
    }
    clock.advance(2 * 60_000 - 1)
    await beat()
    expect(runs).toBe(0)
    clock.advance(1)
    await beat()
    expect(runs).toBe(1)

    const deadAgain = await processOf(hourly(never))
    clock.advance(3_600_000)
    await deadAgain.runDue()
    clock.advance(-24 * 3_600_000)
    await beat()
    expect(runs).toBe(2)
  })
})

it('a job that may run side by side is not begun again while it runs, and the runner says that it is busy', async () => {
  let runs = 0
  let finish = (): void => undefined
  const runner = await processOf(
    hourly(
      () => {
        runs += 1
        return new Promise<void>((resolve) => {
          finish = resolve
        })
      },
      { sideBySide: true },
    ),
  )
  expect(runner.busy()).toBe(false)
  await runner.runDue()
  await runner.runDue()
  expect([runs, runner.busy()]).toEqual([1, true])
  finish()
  await runner.settled()
  expect(runner.busy()).toBe(false)
})

it('a server that ended a job less than twenty seconds ago runs; before its first job nobody does', async () => {
  const runs = (nowMs: number) => db.tx((tx) => isServerRunning(tx, nowMs))
  const server = await processOf(hourly(async () => undefined))
  expect(await runs(NOON)).toBe(false)
  await server.runDue()
  await server.settled()
  expect([await runs(NOON + 19_999), await runs(NOON + 20_000)]).toEqual([true, false])
})

it('a job under way hears that the process is to end', async () => {
  const heard: boolean[] = []
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const runner = await processOf(
    hourly(async (isStopping = () => false) => {
      heard.push(isStopping())
      await ended
      heard.push(isStopping())
    }),
  )
  await runner.runDue()
  runner.hurry()
  end()
  await runner.settled()
  expect(heard).toEqual([false, true])
})

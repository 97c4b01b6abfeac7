import { afterEach, beforeEach, expect, it } from 'vitest'
import { migrations } from '../../../migrations/index.ts'
import { createDb, type Db } from '../../core/db/db.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { createTestDatabase } from '../../testing/test-database.ts'
import type { Job } from './job.ts'
import { createJobRunner } from './job-runner.ts'

const NOON = Date.parse('2026-11-22T12:00:00+08:00')
const clock = createSettableClock(NOON)
let db: Db
let drop: () => Promise<void>
beforeEach(async () => {
  const database = await createTestDatabase()
  drop = database.drop
  db = createDb(database.url, migrations)
  await db.migrate()
  clock.set(NOON)
})
afterEach(async () => {
  await db.close()
  await drop()
})

async function processOf(...jobs: Job[]) {
  const runner = createJobRunner({ db, clock, log: { warn: () => undefined } as never, jobs })
  await runner.prepare({ alone: false })
  return runner
}
const hourly = (run: () => Promise<void>, more: Partial<Job> = {}): Job => ({
  name: 'test.hourly',
  everyMs: 3_600_000,
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

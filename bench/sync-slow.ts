import { createSandbox } from '../sandbox/sandbox.ts'
import { createSettableClock } from '../server/core/kernel/clock.ts'
import { buildTestApp, type TestApp } from '../server/testing/build-test-app.ts'
import type { Report } from './report.ts'

/** What one corp reported: about two calls a second for each endpoint, in bursts. */
const CALLS_PER_MINUTE = 120
const READING = ['batch/get_by_user', 'externalcontact/list', 'groupchat/list', 'groupchat/get', 'user/simplelist']
/** Of each of the two refusals. */
const SHARE = 0.025

/** The first sync on a clock that is moved, at a platform that allows 120 calls a minute and endpoint and refuses five of a
 *  hundred with 45009 or 45033. */
export async function benchSlowSync({ preset }: { preset: 'S' | 'M' }, report: Report): Promise<void> {
  const clock = createSettableClock('2026-11-22T09:00:00+08:00')
  const sandbox = createSandbox({ clock, preset, keepCalls: 1_000_000 })
  await sandbox.listen()
  sandbox.limits.perMinute = CALLS_PER_MINUTE
  for (const path of READING) {
    sandbox.faults.set({ path, errcode: 45009, share: SHARE })
    sandbox.faults.set({ path, errcode: 45033, share: SHARE })
  }
  const began = Date.now()
  const t = await buildTestApp({ platform: { sandbox, clock } })
  try {
    for (;;) {
      const [run] = await t.rawRows<{
        state: string
        relations: number
        gaps: number
        started_at: number
        finished_at: number | null
      }>(`SELECT state, relations, gaps, started_at, finished_at FROM sync_run WHERE kind = 'first' ORDER BY id DESC`)
      if (run !== undefined && run.finished_at !== null) {
        await tell(t, preset, { ...run, finished_at: run.finished_at }, (Date.now() - began) / 1_000, report)
        return
      }
      await t.advance(await untilNext(t))
    }
  } finally {
    await t.close()
    await sandbox.close()
  }
}

/** Milliseconds until some action of the sync is due; at least a second, at most ten. */
async function untilNext(t: TestApp): Promise<number> {
  const [next] = await t.rawRows<{ due: number | null }>(
    `SELECT MIN(due_at) AS due FROM action WHERE state = 'waiting' AND kind LIKE 'sync.%'`,
  )
  return Math.min(10_000, Math.max(1_000, (next?.due ?? 0) - t.clock.now()))
}

async function tell(
  t: TestApp,
  preset: string,
  run: { state: string; relations: number; gaps: number; started_at: number; finished_at: number },
  seconds: number,
  report: Report,
): Promise<void> {
  const calls = READING.flatMap((path) => t.sandbox.calls(path))
  const good = calls.filter((call) => call.errcode === 0).length
  const count = async (table: string): Promise<number> =>
    Number((await t.rawRows<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.n)
  const listed = [...t.sandbox.world.followsByUser.values()].reduce((sum, follows) => sum + follows.size, 0)
  const hours = (run.finished_at - run.started_at) / 3_600_000
  const floor = Math.max(...READING.map((path) => t.sandbox.calls(path).filter((call) => call.errcode === 0).length))
  report.add(`sync at a slow platform (${preset})`, {
    figure: `${hours.toFixed(2)} h of its clock, ${run.relations} relations read, ${run.state}`,
    limit: `${(floor / CALLS_PER_MINUTE / 60).toFixed(2)} h: the busiest endpoint's calls at ${CALLS_PER_MINUTE} a minute`,
    ratio: floor / CALLS_PER_MINUTE / 60 / hours,
    note: [
      `${calls.length} calls, ${calls.length - good} of them refused`,
      `${await count('follow')} pairs stored, ${listed} listed, ${run.gaps} gaps`,
      `${seconds.toFixed(0)} s of ours`,
    ].join('; '),
  })
}

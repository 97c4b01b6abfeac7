import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSandbox, type Sandbox } from '../sandbox/sandbox.ts'
import { raw } from '../server/core/db/sql.ts'
import { createLogger } from '../server/core/kernel/logger.ts'
import { createHuoshui, type Huoshui } from '../server/huoshui.ts'
import { readEta } from '../server/platform/deployment/eta.ts'
import { readSettings } from '../server/settings.ts'
import { huoshuiEnv } from '../server/testing/start-program.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import type { Report } from './report.ts'
import { createSlowClock, type SlowClock } from './slow-clock.ts'
import { callsNeeded, makePairs, putPairs, taggedAtWecom, tellTagged, wantTag } from './tagging-work.ts'

const MARK = 'externalcontact/mark_tag'
const START = Date.parse('2026-11-22T09:00:00+08:00')
/** So slow that any machine reaches the platform's 10,000 a minute. */
const CLOCK_PACE = 0.1
/** Tagged before, so that the time an action takes is known when the rest is foretold. */
const WARM_UP = 200
const BEAT_MS = 500

/** Tags many pairs, with WeCom's limits as documented; counts the calls, and compares the time foretold with the real one. */
export async function benchTagging(
  { pairs, mysql }: { pairs: number; mysql: string | undefined },
  report: Report,
): Promise<void> {
  for (const server of mysql === undefined ? [undefined] : [undefined, mysql]) {
    const run = await measure(pairs, server)
    const minutes = (ms: number): string => (ms / 60_000).toFixed(2)
    report.add(`tagging ${server === undefined ? 'sqlite' : 'mariadb'}`, {
      figure: `${run.made} calls (${run.refused} of them refused) for ${pairs} pairs, ${run.tagged} tagged at the end`,
      limit: `${run.needed} calls needed`,
      ratio: run.made / run.needed,
      aim: 'made ÷ needed 1.00',
      note: [
        `foretold when ${run.waiting} waited: ${minutes(run.foretoldMs)} min (${run.boundBy}), real ${minutes(run.realMs)} min, ETA error ${(((run.foretoldMs - run.realMs) / run.realMs) * 100).toFixed(1)} %`,
        `${Math.round(run.made / (run.wallMs / 1_000))} calls/s of wall time; the clock of both sides runs at ${CLOCK_PACE} of it and jumps over what is only waited`,
      ].join('; '),
    })
  }
}

interface Run {
  made: number
  refused: number
  needed: number
  tagged: number
  waiting: number
  boundBy: string
  foretoldMs: number
  realMs: number
  wallMs: number
}

async function measure(count: number, mysql: string | undefined): Promise<Run> {
  const clock = createSlowClock(START, CLOCK_PACE)
  const sandbox = createSandbox({ clock, keepCalls: count * 3 })
  await sandbox.listen()
  const database = await createTestDatabase(mysql ?? '')
  const configDir = mkdtempSync(join(tmpdir(), 'huoshui-bench-'))
  writeFileSync(join(configDir, 'tags.yaml'), 'tags:\n  - { group: 压测, names: [老客] }\n')
  const settings = readSettings({ ...huoshuiEnv(sandbox.url, database.url, configDir), LOG_LEVEL: 'silent' })
  const huoshui = createHuoshui({ settings, clock, log: createLogger({ level: 'silent' }) })
  try {
    await huoshui.prepare()
    const tag = await sandbox.createTag({ group: '压测', name: '老客' })
    await huoshui.beat()
    await workOff(huoshui, clock)
    return await tagAll({ huoshui, sandbox, clock, count, tagId: tag.id })
  } finally {
    await huoshui.stop()
    await sandbox.close()
    await database.drop()
    rmSync(configDir, { recursive: true, force: true })
  }
}

async function tagAll(bench: {
  huoshui: Huoshui
  sandbox: Sandbox
  clock: SlowClock
  count: number
  tagId: string
}): Promise<Run> {
  const { huoshui, sandbox, clock, count, tagId } = bench
  const all = makePairs(count)
  putPairs(sandbox, all, tagId, clock.now())
  await tellTagged(huoshui, all, tagId, clock.now())
  await wantTag(huoshui, all.slice(0, WARM_UP), '压测/老客')
  await workOff(huoshui, clock)
  clock.jumpTo(clock.now() + 70_000)
  await huoshui.beat()

  const wallFrom = performance.now()
  await wantTag(huoshui, all.slice(WARM_UP), '压测/老客')
  await huoshui.beat()
  const foretoldAtMs = clock.now()
  const [eta] = (await huoshui.db.tx((tx) => readEta(tx, foretoldAtMs))).filter(({ kind }) => kind === 'tag.mark')
  await workOff(huoshui, clock)
  const calls = sandbox.calls(MARK)
  return {
    made: calls.length,
    refused: calls.filter((call) => call.errcode !== 0).length,
    needed: callsNeeded(all),
    tagged: taggedAtWecom(sandbox, all, tagId),
    waiting: eta?.waiting ?? 0,
    boundBy: eta?.boundBy ?? 'nothing waited',
    foretoldMs: eta?.doneInMs ?? 0,
    realMs: (calls.at(-1)?.atMs ?? clock.now()) - foretoldAtMs,
    wallMs: performance.now() - wallFrom,
  }
}

/** Until no tag waits, not even for a limit; the clock jumps to when the next may go. */
async function workOff(huoshui: Huoshui, clock: SlowClock): Promise<void> {
  const beats = setInterval(() => void huoshui.beat(), BEAT_MS)
  try {
    for (;;) {
      await huoshui.beat()
      await huoshui.drained()
      const next = await huoshui.db.tx((tx) =>
        tx.row(
          raw<{ at: number | null }>(
            `SELECT MIN(due_at) AS at FROM action WHERE kind = 'tag.mark' AND state IN ('waiting', 'running')`,
          ),
        ),
      )
      if (typeof next?.at !== 'number') return
      clock.jumpTo(next.at)
    }
  } finally {
    clearInterval(beats)
  }
}

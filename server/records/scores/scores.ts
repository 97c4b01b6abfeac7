import type { Db } from '../../core/db/db.ts'
import type { RowOf } from '../../core/db/define-table.ts'
import { firstDue } from '../../core/db/first-due.ts'
import { all, lock, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { AskConsent } from '../privacy/consents.ts'
import { driftQueries, writeDay } from './drift.ts'
import { createMeasure, type MeasureDeps } from './measure.ts'
import { RfmMoved } from './rfm-event.ts'
import { type ScoreCuts, scoreQueries } from './score-queries.ts'
import { SCORE_MOVE, SCORE_RUN } from './score-tables.ts'
import { forgetMoves, type ScoreMove, writeScores } from './write-scores.ts'

export interface ScoresDeps extends MeasureDeps {
  db: Db
  clock: Clock
  emit: Emit
  rules: Pick<RuleBookHolder, 'current'>
  privacy: AskConsent
}

type Run = RowOf<typeof SCORE_RUN>
const t = SCORE_RUN
const NAME = 'rfm'
const PAGE = 1_000
/** Before the ladders are looked at, by default at half past three. */
const AT_MS = 3 * HOUR_MS
/** Ends before the job's lease does; a minute later it goes on from its row. */
const BUDGET_MS = 5 * MINUTE_MS

const idOf = ({ externalUserId }: { externalUserId: string }): string => externalUserId

const nextTime = (nowMs: number): number => {
  const today = startOfShanghaiDay(nowMs) + AT_MS
  return today > nowMs ? today : today + DAY_MS
}

/** RFM: how lately, how often and for how much everybody has bought, as rfm.yaml measures it; without that file the Shanghai day of
 *  the last paid order, the days with a paid order and the sum of all, 1 to 5 points each by quintiles over all who have bought.
 *  Every night, and as soon as the file changes: first the cuts, from all; then everybody's points by these cuts, page by page, of
 *  which only the differences are written. Who is called otherwise than the night before has moved. */
export function createScores(deps: ScoresDeps) {
  const { db, clock, emit, rules, privacy } = deps
  /** Empty without rfm.yaml, and for what an earlier release has written. */
  const present = (): string => rules.current().rfm?.version ?? ''
  const isByOthers = (run: Run): boolean => (run.rule ?? '') !== present()

  async function held(tx: Tx): Promise<Run | undefined> {
    const run = await tx.row(sql`SELECT ${all(t)} FROM ${t} WHERE ${t.name} = ${NAME} ${lock()}`)
    if (run === undefined) {
      await tx.insertIgnore(t, [{ name: NAME, due_at: nextTime(clock.now()), after_userid: '' }])
    }
    return run !== undefined && (run.due_at <= clock.now() || isByOthers(run)) ? run : undefined
  }

  /** Nothing is held or written while everybody is counted; cut off, it begins anew. */
  async function count(asOfMs: number): Promise<ScoreCuts> {
    const measure = createMeasure(deps, rules.current().rfm, asOfMs)
    const lately: number[] = []
    const often: number[] = []
    const much: number[] = []
    for (let after = ''; ; ) {
      const page = await db.tx((tx) => measure.page(tx, { after, limit: PAGE }))
      for (const one of page) {
        lately.push(startOfShanghaiDay(one.lastAtMs))
        often.push(one.often)
        much.push(one.sumFen)
      }
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) break
      after = last.externalUserId
    }
    const r = measure.cutR(Float64Array.from(lately))
    const f = measure.cutF(Float64Array.from(often))
    const m = measure.cutM(Float64Array.from(much))
    const missing = { r: r.missing, f: f.missing, m: m.missing }
    return { customers: lately.length, r: r.cuts, f: f.cuts, m: m.cuts, missing }
  }

  /** Told once of each customer and night, whatever is done twice. */
  async function tell(tx: Tx, moves: readonly ScoreMove[], atMs: number): Promise<void> {
    const rows = moves.map(({ externalUserId, from, to }) => ({
      ...{ external_userid: externalUserId, from_name: from, to_name: to, moved_at: atMs },
    }))
    if (rows.length > 0) await tx.insertIgnore(SCORE_MOVE, rows)
    for (const { externalUserId, from, to } of moves) {
      await emit(tx, RfmMoved, {
        key: `${externalUserId}:${atMs}`,
        payload: {
          externalUserId,
          ...(from === null ? {} : { from }),
          ...(to === null ? {} : { to }),
          version: present(),
        },
      })
    }
  }

  /** One page; true when there may be more. */
  async function step(tx: Tx): Promise<boolean> {
    const run = await held(tx)
    if (run === undefined || run.counted_at === null || run.counted_at < run.due_at || isByOthers(run)) return false
    const cuts = scoreQueries.parseCuts(run.cuts)
    if (cuts === undefined) return false
    const { counted_at: atMs } = run
    const measure = createMeasure(deps, rules.current().rfm, atMs)
    const page = await measure.page(tx, { after: run.after_userid, limit: PAGE })
    const last = page.length < PAGE ? undefined : page.at(-1)?.externalUserId
    const refused = await privacy.consents.refusedAmong(tx, 'profiling', page.map(idOf))
    const scored = refused.size === 0 ? page : page.filter((one) => !refused.has(idOf(one)))
    const way = { cuts, nameOf: measure.nameOf, atMs }
    const moves = await writeScores(tx, way, scored, { after: run.after_userid, last })
    if (refused.size > 0) await forgetMoves(tx, [...refused])
    // By other rules than before people are called otherwise, and have not moved.
    const isSame = (run.settled_rule ?? '') === (run.rule ?? '') && measure.nameOf !== undefined
    const moved = moves.filter((one) => !refused.has(idOf(one)))
    if (isSame) await tell(tx, moved, atMs)
    const next =
      last === undefined
        ? {
            ...{ due_at: nextTime(clock.now()), after_userid: '', settled_rule: run.rule, settled_at: atMs },
            settled_since: isSame ? run.settled_since : atMs,
          }
        : { after_userid: last }
    if (last === undefined) await writeDay(tx, { atMs, rule: run.rule ?? '' })
    await tx.run(sql`UPDATE ${t} SET ${set(t, next)} WHERE ${t.name} = ${NAME}`)
    return last !== undefined
  }

  const job: Job = {
    name: 'scores.rfm',
    everyMs: MINUTE_MS,
    dueAt: (tx) => firstDue(tx, t.due_at),
    run: async () => {
      const until = clock.now() + BUDGET_MS
      const run = await db.tx(held)
      if (run === undefined) return
      if (run.counted_at === null || run.counted_at < run.due_at || isByOthers(run)) {
        const [atMs, rule] = [clock.now(), present()]
        const cuts = scoreQueries.formatCuts(await count(atMs))
        // Those that came into force in the meantime make cuts of their own.
        if (rule !== present()) return
        const counted = {
          ...{ cuts, counted_at: atMs, after_userid: '', rule, due_at: Math.min(run.due_at, atMs) },
          // From here on some are called by these rules: whatever comes next is no move of theirs.
          settled_rule: rule === (run.settled_rule ?? '') ? run.settled_rule : null,
        }
        await db.tx((tx) =>
          tx.run(sql`UPDATE ${t} SET ${set(t, counted)} WHERE ${t.name} = ${NAME} AND ${t.due_at} = ${run.due_at}`),
        )
      }
      while (clock.now() <= until && (await db.tx(step)));
    },
  }

  return { queries: { ...scoreQueries, ...driftQueries }, jobs: [job] }
}

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
import { isNewestBook } from '../../rules/versions/rule-version-store.ts'
import type { AskConsent } from '../privacy/consents.ts'
import { refusedSince } from '../privacy/refused-since.ts'
import { driftQueries, writeDay } from './drift.ts'
import { createMeasure, type MeasureDeps } from './measure.ts'
import { RfmMoved } from './rfm-event.ts'
import { scorePage } from './score-page.ts'
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
    if (run === undefined) return undefined
    if (!isByOthers(run)) return run.due_at <= clock.now() ? run : undefined
    // While files are rolled out two processes go by different ones: only who goes by the newest counts anew.
    return (await isNewestBook(tx, rules.current())) ? run : undefined
  }

  /** Nothing is held or written while everybody is counted; cut off, it begins anew. */
  async function count(asOfMs: number): Promise<ScoreCuts> {
    const measure = createMeasure(deps, rules.current().rfm, asOfMs)
    const lately: number[] = []
    const often: number[] = []
    const much: number[] = []
    for (let after: string | undefined = ''; after !== undefined; ) {
      const from: string = after
      const { measured, upTo } = await db.tx(async (tx) => {
        const span = { after: from, upTo: await measure.endOfPage(tx, { after: from, upTo: undefined }, PAGE) }
        return { ...span, measured: await measure.within(tx, span) }
      })
      for (const one of measured) {
        lately.push(startOfShanghaiDay(one.lastAtMs))
        often.push(one.often)
        much.push(one.sumFen)
      }
      after = upTo
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
    const page = await scorePage(tx, measure, { after: run.after_userid, limit: PAGE })
    const refused = await privacy.consents.refusedAmong(tx, 'profiling', page.ids)
    const measured = refused.size === 0 ? page.measured : page.measured.filter((one) => !refused.has(idOf(one)))
    // By other rules than before people are called otherwise, and have not moved.
    const isSame = (run.settled_rule ?? '') === (run.rule ?? '') && measure.nameOf !== undefined
    const known = new Set(page.stored.map((row) => row.external_userid))
    const fresh = isSame ? measured.map(idOf).filter((id) => !known.has(id)) : []
    // Who refused in the meantime was somewhere that we may not know; they come from nowhere only to us.
    const silent = await refusedSince(tx, 'profiling', fresh, run.settled_at ?? atMs)
    const canMove = (id: string): boolean => isSame && !refused.has(id) && !silent.has(id)
    const moves = await writeScores(tx, { cuts, nameOf: measure.nameOf, atMs, canMove }, { ...page, measured })
    if (refused.size > 0) await forgetMoves(tx, [...refused])
    await tell(tx, moves, atMs)
    const { last } = page
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
        await db.tx(async (tx) => {
          // Others may have counted by newer ones meanwhile.
          if ((await held(tx))?.due_at !== run.due_at) return
          await tx.run(sql`UPDATE ${t} SET ${set(t, counted)} WHERE ${t.name} = ${NAME}`)
        })
      }
      while (clock.now() <= until && (await db.tx(step)));
    },
  }

  return { queries: { ...scoreQueries, ...driftQueries }, jobs: [job] }
}

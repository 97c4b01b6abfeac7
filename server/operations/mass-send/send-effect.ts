import { alias } from '../../core/db/define-table.ts'
import { all, count, list, number, pick, select, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { SHOP_ORDER } from '../../records/orders/order-tables.ts'
import { ONCE } from '../../rules/campaigns/times-of-campaign.ts'
import { FIRST_PEOPLE } from '../sop/experiments/drawn-evidence.ts'
import { firstOf } from '../sop/experiments/first-of.ts'
import { type ArmSeen, judge, type Verdict } from '../sop/experiments/verdict.ts'
import type { HoldOut, SendSnapshot } from './send-run.ts'
import { type Outcome, SENT_TO } from './send-states.ts'
import { type RunRow, SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'
import { sentRun, WENT_OUT } from './went-out.ts'

/** What people read of those who got none, and of the others. */
export const HELD_OUT = '对照组'
export const ASKED_FOR = '群发的人'

export interface SendEffect {
  holdOut: HoldOut
  /** The days during which orders count, UTC milliseconds; the last instant is not among them. */
  fromMs: number
  toMs: number
  /** Those only watched, then those whom the send was for, whether or not their guide confirmed it: who was drawn into which
   *  side is chance, who was reached is not. */
  arms: ArmSeen[]
  verdict: Verdict
}

const r = alias(SEND_RECIPIENT, 'r')
const o = alias(SHOP_ORDER, 'o')

/** What one run brings: who bought within the days of its hold-out, of those held out and of those it was for. Undefined when
 *  it has no hold-out. Reads only. */
export async function sendEffect(tx: Tx, runId: number, nowMs: number): Promise<SendEffect | undefined> {
  const run = await tx.row(sql`SELECT ${all(SEND_RUN)} FROM ${SEND_RUN} WHERE ${SEND_RUN.id} = ${runId}`)
  const holdOut = run === undefined ? undefined : (JSON.parse(run.rule_json) as Partial<SendSnapshot>).holdOut
  if (run === undefined || holdOut === undefined) return undefined
  const fromMs = run.scheduled_at
  const toMs = fromMs + holdOut.days * DAY_MS
  const isOver = nowMs >= toMs
  const bought = sql`EXISTS (SELECT 1 FROM ${o} WHERE ${o.external_userid} = ${r.external_userid} AND ${o.status} = 'paid'
    AND ${o.paid_at} >= ${fromMs} AND ${o.paid_at} < ${toMs})`
  const ofRun = sql`${r.run_id} = ${runId} AND ${r.outcome} IN ${list([...SENT_TO, 'held-out'])}`
  const rows = await tx.rows(
    sql`SELECT ${select({ outcome: r.outcome, people: count(), goals: number(sql`SUM(CASE WHEN ${bought} THEN 1 ELSE 0 END)`) })}
        FROM ${r} WHERE ${ofRun} GROUP BY ${r.outcome}`,
  )
  const armOf = (name: string, weight: number, isOf: (outcome: Outcome) => boolean): ArmSeen => {
    const own = rows.filter(({ outcome }) => isOf(outcome))
    const sum = (of: 'people' | 'goals'): number => own.reduce((total, row) => total + row[of], 0)
    // Until the days are over nobody's time has passed.
    const seen = isOver ? { people: sum('people'), goals: sum('goals') } : { people: 0, goals: 0 }
    return { name, weight, assigned: sum('people'), ...seen, guides: undefined }
  }
  const arms = [
    armOf(HELD_OUT, holdOut.percent, (outcome) => outcome === 'held-out'),
    armOf(ASKED_FOR, 100 - holdOut.percent, (outcome) => outcome !== 'held-out'),
  ]
  const first = !isOver
    ? undefined
    : await firstOf(
        tx,
        sql`SELECT CASE WHEN ${bought} THEN 1 ELSE 0 END AS goal FROM ${r} WHERE ${ofRun} ORDER BY ${r.id} LIMIT ${FIRST_PEOPLE}`,
      )
  return { holdOut, fromMs, toMs, arms, verdict: judge(arms, { first, mostEvidence: new Map() }) }
}

/** The campaign of which something else has gone to customers before this run: both sides differ by that, too, so that this run alone
 *  says nothing. Undefined where nothing has. Reads only. */
export async function earlierInCampaign(tx: Tx, runId: number): Promise<string | undefined> {
  const run = await tx.row(sql`SELECT ${all(SEND_RUN)} FROM ${SEND_RUN} WHERE ${SEND_RUN.id} = ${runId}`)
  const campaign = run === undefined ? undefined : campaignOf(run)
  if (run === undefined || campaign === undefined) return undefined
  const before = await tx.rows(
    sql`SELECT ${pick(sentRun, 'rule_json')} FROM ${sentRun}
        WHERE ${sentRun.occasion} = ${ONCE} AND ${sentRun.chat_type} = 'single' AND ${sentRun.send_name} <> ${run.send_name}
          AND ${sentRun.scheduled_at} < ${run.scheduled_at} AND ${sentRun.scheduled_at} > ${run.scheduled_at - CAMPAIGN_MS}
          AND ${WENT_OUT}`,
  )
  return before.some((one) => campaignOf(one)?.drawnAs === campaign.drawnAs) ? campaign.name : undefined
}

/** Longer than any campaign, moved or not. */
const CAMPAIGN_MS = 366 * DAY_MS

function campaignOf({ rule_json }: Pick<RunRow, 'rule_json'>): { name: string; drawnAs: string } | undefined {
  const { campaign } = JSON.parse(rule_json) as Partial<SendSnapshot>
  return campaign === undefined ? undefined : { name: campaign.name, drawnAs: campaign.drawnAs ?? campaign.name }
}

export interface WatchedPerson {
  externalUserId: string
  isHeldOut: boolean
}

/** The people of both sides, by pages; for what they bought. */
export async function effectPeople(
  tx: ReadTx,
  runId: number,
  { after, limit }: { after: string; limit: number },
): Promise<WatchedPerson[]> {
  const rows = await tx.rows(
    sql`SELECT ${pick(SEND_RECIPIENT, 'external_userid', 'outcome')} FROM ${SEND_RECIPIENT}
        WHERE ${SEND_RECIPIENT.run_id} = ${runId} AND ${SEND_RECIPIENT.external_userid} > ${after}
          AND ${SEND_RECIPIENT.outcome} IN ${list([...SENT_TO, 'held-out'])}
        ORDER BY ${SEND_RECIPIENT.external_userid} LIMIT ${limit}`,
  )
  return rows.map((row) => ({ externalUserId: row.external_userid, isHeldOut: row.outcome === 'held-out' }))
}

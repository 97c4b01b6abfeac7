import { alias } from '../../core/db/define-table.ts'
import { all, count, list, number, pick, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { SHOP_ORDER } from '../../records/orders/order-tables.ts'
import { ONCE } from '../../rules/campaigns/times-of-campaign.ts'
import { type Arm, FIRST_PEOPLE } from '../sop/experiments/drawn-evidence.ts'
import { firstOf } from '../sop/experiments/first-of.ts'
import { type ArmSeen, judge, type Verdict } from '../sop/experiments/verdict.ts'
import { ORDER_DAYS } from './learned.ts'
import type { HoldOut, SendSnapshot } from './send-run.ts'
import { type Outcome, SENT_TO } from './send-states.ts'
import { type RunRow, SEND_BATCH, SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'
import { sentRun, WENT_OUT } from './went-out.ts'

/** What people read of those who got none, and of the others. */
export const HELD_OUT = '对照组'
export const ASKED_FOR = '群发的人'

export interface SendEffect {
  /** Undefined: nobody is held out, and `arms` is empty. */
  holdOut: HoldOut | undefined
  /** For so many days orders count. */
  days: number
  /** The days during which orders count, UTC milliseconds; the last instant is not among them. */
  fromMs: number
  toMs: number
  /** Those only watched, then those whom the send was for, whether or not their guide confirmed it: who was drawn into which
   *  side is chance, who was reached is not. */
  arms: ArmSeen[]
  verdict: Verdict
  /** Of a send that is split: its versions, the first one beside each other one, and each beside those who were only watched. Absent:
   *  versions were not drawn. */
  split?: { arms: ArmSeen[]; verdict: Verdict; besideHeldOut: Verdict | undefined }
}

const r = alias(SEND_RECIPIENT, 'r')
const b = alias(SEND_BATCH, 'b')
const o = alias(SHOP_ORDER, 'o')

/** What one run brings: who bought within the days of its hold-out, or split, of those held out and of those it was for, and of each
 *  version that was drawn. Undefined when it has neither. Reads only. */
export async function sendEffect(tx: Tx, runId: number, nowMs: number): Promise<SendEffect | undefined> {
  const run = await tx.row(sql`SELECT ${all(SEND_RUN)} FROM ${SEND_RUN} WHERE ${SEND_RUN.id} = ${runId}`)
  if (run === undefined) return undefined
  const { holdOut, variants } = JSON.parse(run.rule_json) as Partial<SendSnapshot>
  const drawn = variants?.by === 'split' ? variants : undefined
  if (holdOut === undefined && drawn === undefined) return undefined
  const days = holdOut?.days ?? drawn?.days ?? ORDER_DAYS
  const fromMs = run.scheduled_at
  const toMs = fromMs + days * DAY_MS
  const isOver = nowMs >= toMs
  const bought = sql`EXISTS (SELECT 1 FROM ${o} WHERE ${o.external_userid} = ${r.external_userid} AND ${o.status} = 'paid'
    AND ${o.paid_at} >= ${fromMs} AND ${o.paid_at} < ${toMs})`
  const ofRun = sql`${r.run_id} = ${runId} AND ${r.outcome} IN ${list([...SENT_TO, 'held-out'])}`
  const counted = {
    outcome: r.outcome,
    people: count(),
    goals: number(sql`SUM(CASE WHEN ${bought} THEN 1 ELSE 0 END)`),
  }
  const rows: Seen[] = await tx.rows(
    drawn === undefined
      ? sql`SELECT ${select({ ...counted, variant: words<string | null>(sql`NULL`) })} FROM ${r} WHERE ${ofRun} GROUP BY ${r.outcome}`
      : sql`SELECT ${select({ ...counted, variant: b.variant })} FROM ${r} LEFT JOIN ${b} ON ${b.id} = ${r.batch_id}
            WHERE ${ofRun} GROUP BY ${r.outcome}, ${b.variant}`,
  )
  // Until the days are over nobody's time has passed.
  const armOf = (name: string, weight: number, isOf: (row: Seen) => boolean): ArmSeen => {
    const { people, goals } = sumOf(rows.filter(isOf))
    const seen = isOver ? { people, goals } : { people: 0, goals: 0 }
    return { name, weight, assigned: people, ...seen, guides: undefined }
  }
  const firstAmong = async (outcomes: readonly Outcome[]): Promise<Arm | undefined> =>
    !isOver
      ? undefined
      : firstOf(
          tx,
          sql`SELECT CASE WHEN ${bought} THEN 1 ELSE 0 END AS goal FROM ${r}
              WHERE ${r.run_id} = ${runId} AND ${r.outcome} IN ${list(outcomes)} ORDER BY ${r.id} LIMIT ${FIRST_PEOPLE}`,
        )
  const mostEvidence = new Map<string, number>()
  const heldOut = armOf(HELD_OUT, holdOut?.percent ?? 0, ({ outcome }) => outcome === 'held-out')
  const rest = 100 - (holdOut?.percent ?? 0)
  const arms = holdOut === undefined ? [] : [heldOut, armOf(ASKED_FOR, rest, ({ outcome }) => outcome !== 'held-out')]
  const first = holdOut === undefined ? undefined : await firstAmong([...SENT_TO, 'held-out'])
  const effect = { holdOut, days, fromMs, toMs, arms, verdict: judge(arms, { first, mostEvidence }) }
  if (drawn === undefined) return effect
  const versions = drawn.of.map(({ name, weight = 0 }) =>
    armOf(name, (weight * rest) / 100, (row) => row.outcome !== 'held-out' && row.variant === name),
  )
  const besideHeldOut = holdOut === undefined ? undefined : judge([heldOut, ...versions], { first, mostEvidence })
  const verdict = judge(versions, { first: await firstAmong(SENT_TO), mostEvidence })
  return { ...effect, split: { arms: versions, verdict, besideHeldOut } }
}

interface Seen {
  outcome: Outcome
  variant: string | null
  people: number
  goals: number
}

const sumOf = (rows: readonly Seen[]): { people: number; goals: number } => ({
  people: rows.reduce((sum, row) => sum + row.people, 0),
  goals: rows.reduce((sum, row) => sum + row.goals, 0),
})

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
  /** The version that was for them; null: none, or there is one for all. */
  variant: string | null
}

/** The people of both sides, by pages; for what they bought. */
export async function effectPeople(
  tx: ReadTx,
  runId: number,
  { after, limit }: { after: string; limit: number },
): Promise<WatchedPerson[]> {
  const rows = await tx.rows(
    sql`SELECT ${pick(r, 'external_userid', 'outcome')}, ${pick(b, 'variant')} FROM ${r}
        LEFT JOIN ${b} ON ${b.id} = ${r.batch_id}
        WHERE ${r.run_id} = ${runId} AND ${r.external_userid} > ${after}
          AND ${r.outcome} IN ${list([...SENT_TO, 'held-out'])}
        ORDER BY ${r.external_userid} LIMIT ${limit}`,
  )
  return rows.map(({ external_userid: externalUserId, outcome, variant }) => ({
    externalUserId,
    variant,
    isHeldOut: outcome === 'held-out',
  }))
}

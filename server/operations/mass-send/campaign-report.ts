import { alias } from '../../core/db/define-table.ts'
import { all, list, number, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { SHOP_ORDER } from '../../records/orders/order-tables.ts'
import { nameOfStep, timeOfStep } from '../../rules/campaigns/times-of-campaign.ts'
import type { CampaignRule, CampaignStep } from '../../rules/schema/campaign-rule.ts'
import { broughtBy } from './learned.ts'
import { type SendRun, sendQueries } from './send-queries.ts'
import type { SendSnapshot } from './send-run.ts'
import { SENT_TO } from './send-states.ts'
import { type RunRow, SEND_RECIPIENT } from './send-tables.ts'
import { broughtByVariant, type VariantBrought } from './variant-results.ts'
import { sentRun, WENT_OUT } from './went-out.ts'

/** Orders count so many days after the last step, where the campaign has no hold-out that says it. */
const ORDER_DAYS = 7

export interface StepMoment {
  id: number
  name: string
  scheduledAtMs: number
  isOver: boolean
  asked: number
  published: number
  shown: number
}

export interface StepReport {
  step: string
  kind: 'send' | 'groupSend' | 'moment' | 'duty'
  /** As it is planned now, UTC milliseconds. */
  atMs: number
  /** Something of it has gone out, or was asked of staff: wherever the campaign is moved, it does not come again. */
  isOut: boolean
  /** The latest of its runs that was neither missed nor called off for another time, with its further looks at those without a place; none: absent. */
  run?: SendRun
  /** Of customers: how many got it and how many of these ordered within 7 days. */
  brought?: { asked: number; sent: number; buyers: number }
  /** The same of each version, where it has several. */
  variants?: VariantBrought[]
  moment?: StepMoment
  duty?: { asked: number; done: number }
}

export interface CampaignArm {
  people: number
  buyers: number
  /** What they paid, in fen. */
  fen: number
}

export interface CampaignReport {
  name: string
  date: string
  isEnabled: boolean
  steps: StepReport[]
  /** Who was meant by any step that has gone out, and who was held out of all; orders from the first message on until `toMs`. Absent:
   *  nothing has gone out. */
  whole?: { fromMs: number; toMs: number; meant: CampaignArm; heldOut: CampaignArm | undefined }
}

/** What moments and staff made of their steps. */
export interface BesideSends {
  moments: readonly StepMoment[]
  duties: ReadonlyMap<string, { asked: number; done: number }>
}

const kindOf = (step: CampaignStep): StepReport['kind'] =>
  step.send !== undefined
    ? 'send'
    : step.groupSend !== undefined
      ? 'groupSend'
      : step.moment !== undefined
        ? 'moment'
        : 'duty'

/** What came of a campaign, step by step and as a whole. Reads only. */
export async function reportOnCampaign(
  tx: Tx,
  campaign: CampaignRule,
  beside: BesideSends,
  nowMs: number,
): Promise<CampaignReport> {
  const { steps, ...report } = await stepsOfCampaign(tx, campaign, beside, nowMs)
  const whole = await wholeOf(
    tx,
    campaign,
    steps.map(({ name }) => name),
  )
  const summed: StepReport[] = []
  for (const { name: _name, runs, ...step } of steps) {
    const isSend = step.run !== undefined && step.kind === 'send'
    const ids = runs.map(({ id }) => id)
    const brought = isSend ? await broughtBy(tx, ids) : undefined
    const variants = isSend ? await broughtByVariant(tx, runs) : undefined
    const came = { ...(brought === undefined ? {} : { brought }), ...(variants === undefined ? {} : { variants }) }
    summed.push({ ...step, ...came })
  }
  return { ...report, steps: summed, ...(whole === undefined ? {} : { whole }) }
}

/** The same without what was ordered, which is all that a list of them needs. Reads only. */
export async function stepsOfCampaign(
  tx: Tx,
  campaign: CampaignRule,
  beside: BesideSends,
  nowMs: number,
): Promise<Omit<CampaignReport, 'steps'> & { steps: (StepReport & { name: string; runs: SendRun[] })[] }> {
  const names = campaign.steps.map((step) => nameOfStep(campaign, step))
  const runs = await sendQueries.runsOf(tx, names)
  const steps: (StepReport & { name: string; runs: SendRun[] })[] = []
  for (const step of campaign.steps) {
    const name = nameOfStep(campaign, step)
    const own = runs.filter((run) => run.name === name && run.state !== 'missed')
    const run = own.find(({ isLaterLook }) => !isLaterLook)
    const moment = beside.moments.find((one) => one.name === name)
    const duty = beside.duties.get(name)
    const isRunOut = run !== undefined && run.scheduledAtMs <= nowMs && run.state !== 'awaiting'
    steps.push({
      ...{
        name,
        runs: own,
        step: step.step,
        kind: kindOf(step),
        atMs: timeOfStep(campaign, step),
      },
      isOut: isRunOut || moment !== undefined || duty !== undefined,
      ...(run === undefined ? {} : { run }),
      ...(moment === undefined ? {} : { moment }),
      ...(duty === undefined ? {} : { duty }),
    })
  }
  return { name: campaign.campaign, date: campaign.date, isEnabled: campaign.enabled !== false, steps }
}

const r = alias(SEND_RECIPIENT, 'r')
const o = alias(SHOP_ORDER, 'o')

async function wholeOf(tx: Tx, campaign: CampaignRule, names: readonly string[]): Promise<CampaignReport['whole']> {
  const out = await tx.rows(
    sql`SELECT ${all(sentRun)} FROM ${sentRun} WHERE ${sentRun.send_name} IN ${list(names)}
          AND ${sentRun.chat_type} = 'single' AND ${WENT_OUT}`,
  )
  if (out.length === 0) return undefined
  const times = out.map((run) => run.scheduled_at)
  const fromMs = Math.min(...times)
  const last = Math.max(...campaign.steps.map((step) => timeOfStep(campaign, step)), ...times)
  const toMs = last + (campaign.holdOut?.days ?? daysOf(out) ?? ORDER_DAYS) * DAY_MS
  const ids = out.map(({ id }) => id)
  // Whoever was asked once is no longer one who was only watched, however the hold-out was changed afterwards.
  const armOf = async (isMeant: 0 | 1): Promise<CampaignArm> => {
    const people = sql`(SELECT ${r.external_userid} FROM ${r}
                        WHERE ${r.run_id} IN ${list(ids)} AND ${r.outcome} IN ${list([...SENT_TO, 'held-out'])}
                        GROUP BY ${r.external_userid}
                        HAVING MAX(CASE WHEN ${r.outcome} = 'held-out' THEN 0 ELSE 1 END) = ${isMeant})`
    const counted = await tx.row(sql`SELECT ${select({ people: number(sql`COUNT(*)`) })} FROM ${people} seen`)
    const paid = select({
      buyers: number(sql`COUNT(DISTINCT ${o.external_userid})`),
      fen: number(sql`COALESCE(SUM(${o.total_fen}), 0)`),
    })
    const bought = await tx.row(
      sql`SELECT ${paid} FROM ${o} JOIN ${people} seen ON seen.external_userid = ${o.external_userid}
          WHERE ${o.status} = 'paid' AND ${o.paid_at} >= ${fromMs} AND ${o.paid_at} < ${toMs}`,
    )
    return { people: counted?.people ?? 0, buyers: bought?.buyers ?? 0, fen: bought?.fen ?? 0 }
  }
  const heldOut = await armOf(0)
  const isCompared = campaign.holdOut !== undefined || heldOut.people > 0
  return { fromMs, toMs, meant: await armOf(1), heldOut: isCompared ? heldOut : undefined }
}

/** For how long its runs watched those whom they held out. */
function daysOf(runs: readonly RunRow[]): number | undefined {
  const days = runs.flatMap(({ rule_json }) => (JSON.parse(rule_json) as Partial<SendSnapshot>).holdOut?.days ?? [])
  return days.length === 0 ? undefined : Math.max(...days)
}

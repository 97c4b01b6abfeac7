import { type Among, eachAmong } from '../../core/db/among.ts'
import { alias } from '../../core/db/define-table.ts'
import { list, number, pick, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { LINK_CLICK } from '../../records/links/link-tables.ts'
import { SHOP_ORDER } from '../../records/orders/order-tables.ts'
import type { CampaignPart } from '../../rules/book/rule-book.ts'
import { MOMENT_RUN } from '../moments/moment-tables.ts'
import type { SendSnapshot } from './send-run.ts'
import { sentRun, WENT_OUT } from './went-out.ts'

type OfCampaign = NonNullable<SendSnapshot['campaign']>

const o = alias(SHOP_ORDER, 'o')
const k = alias(LINK_CLICK, 'k')

/** What the steps of a campaign share, as a run keeps it: what customers do counts since its first message or moment went out,
 *  wherever the rest has been moved since. What was called off before WeCom was asked for it began nothing. */
export async function snapshotOfCampaign(tx: ReadTx, campaign: CampaignPart): Promise<OfCampaign> {
  const { name, steps, startMs, dropOut } = campaign
  const drawnAs = campaign.isDrawn === true ? await firstNameOf(tx, campaign) : undefined
  const known = { name, ...(drawnAs === undefined ? {} : { drawnAs }) }
  if (dropOut === undefined) return { ...known, sinceMs: startMs }
  const send = await tx.row(
    sql`SELECT ${select({ atMs: number(sql`COALESCE(MIN(${sentRun.scheduled_at}), ${startMs})`) })} FROM ${sentRun}
        WHERE ${sentRun.send_name} IN ${list(steps)} AND ${WENT_OUT}`,
  )
  const moment = await tx.row(
    sql`SELECT ${select({ atMs: number(sql`COALESCE(MIN(${MOMENT_RUN.scheduled_at}), ${startMs})`) })} FROM ${MOMENT_RUN}
        WHERE ${MOMENT_RUN.moment_name} IN ${list(steps)} AND ${MOMENT_RUN.started_at} IS NOT NULL`,
  )
  return { ...known, sinceMs: Math.min(startMs, send?.atMs ?? startMs, moment?.atMs ?? startMs), dropOut }
}

/** The name by which it has drawn already; undefined: that which it has, or none yet. */
async function firstNameOf(tx: ReadTx, { name, steps }: CampaignPart): Promise<string | undefined> {
  const first = await tx.row(
    sql`SELECT ${pick(sentRun, 'rule_json')} FROM ${sentRun} WHERE ${sentRun.send_name} IN ${list(steps)}
        ORDER BY ${sentRun.id} LIMIT 1`,
  )
  if (first === undefined) return undefined
  const { campaign } = JSON.parse(first.rule_json) as Partial<SendSnapshot>
  const drawnAs = campaign?.drawnAs ?? campaign?.name
  return drawnAs === name ? undefined : drawnAs
}

/** Why each of these gets no further step of the campaign; those who do are left out. Reads only. */
export async function droppedOut(
  tx: ReadTx,
  campaign: OfCampaign | undefined,
  among: Among,
): Promise<ReadonlyMap<string, string>> {
  const dropped = new Map<string, string>()
  if (campaign?.dropOut === undefined) return dropped
  const { name, sinceMs, dropOut } = campaign
  if (dropOut.clicked !== undefined) {
    const links = list(dropOut.clicked)
    const clicked = await eachAmong(k.external_userid, among, (isAmong) =>
      tx.rows(
        sql`SELECT DISTINCT ${select({ id: words(sql`${k.external_userid}`) })} FROM ${k}
            WHERE ${isAmong} AND ${k.at} >= ${sinceMs} AND ${k.link} IN ${links}`,
      ),
    )
    for (const { id } of clicked) dropped.set(id, `「${name}」开始以后已经点过链接，后面的不再发`)
  }
  if (dropOut.bought === true) {
    const bought = await eachAmong(o.external_userid, among, (isAmong) =>
      tx.rows(
        sql`SELECT DISTINCT ${select({ id: words(sql`${o.external_userid}`) })} FROM ${o}
            WHERE ${isAmong} AND ${o.status} IN ('paid', 'refunded') AND ${o.paid_at} >= ${sinceMs}`,
      ),
    )
    for (const { id } of bought) dropped.set(id, `「${name}」开始以后已经下单，后面的不再发`)
  }
  return dropped
}

import { count, list, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { durationMs } from '../../core/kernel/duration-ms.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { startOfLastDays } from '../../records/facts/days-since-sql.ts'
import type { Touches } from '../../records/touches/touches.ts'
import type { PolicyRule } from '../../rules/schema/policy-rule.ts'
import { SEND_RECIPIENT as R } from './send-tables.ts'

/** How often one customer may be contacted within so many Shanghai days (policy.yaml); undefined: as often as one likes. */
export type Ceiling = PolicyRule['contactsPerCustomer']

/** What counts against the ceiling, for each customer; those with nothing are left out. */
export interface Contacts {
  ceiling: NonNullable<Ceiling>
  had: ReadonlyMap<string, number>
  /** When each was contacted last, of those for whom it is sooner than the policy wants; UTC milliseconds. */
  lately: ReadonlyMap<string, number>
  /** As of when, UTC milliseconds. */
  nowMs: number
}

export interface CeilingDeps {
  ceiling: () => Ceiling
  touches: Pick<Touches, 'countsSince' | 'lastSince'>
}

/** What these customers have had in the days that the ceiling looks at, and what is on its way to them. */
export async function contactsOf(
  tx: ReadTx,
  { ceiling: current, touches }: CeilingDeps,
  externalUserIds: readonly string[],
  nowMs: number,
): Promise<Contacts | undefined> {
  const ceiling = current()
  if (ceiling === undefined || externalUserIds.length === 0) return undefined
  const had = await touches.countsSince(tx, externalUserIds, startOfLastDays(ceiling.days, nowMs))
  const { apart } = ceiling
  const lately =
    apart === undefined
      ? new Map<string, number>()
      : await touches.lastSince(tx, externalUserIds, nowMs - durationMs(apart) + 1)
  for (const [id, n] of await onTheirWay(tx, externalUserIds)) {
    had.set(id, (had.get(id) ?? 0) + n)
    // It may arrive at any moment.
    if (apart !== undefined) lately.set(id, nowMs)
  }
  return { ceiling, had, lately, nowMs }
}

/** Mass messages of any send that these customers are to get and nobody knows the end of, or that arrived and are not
 *  written down as a touch yet. */
export async function onTheirWay(tx: ReadTx, externalUserIds: readonly string[]): Promise<Map<string, number>> {
  if (externalUserIds.length === 0) return new Map()
  const rows = await tx.rows(
    sql`SELECT ${select({ externalUserId: R.external_userid, n: count() })} FROM ${R}
        WHERE ${R.external_userid} IN ${list(externalUserIds)}
          AND (${R.outcome} = 'planned' OR (${R.outcome} = 'sent' AND ${R.note_due} = 1))
        GROUP BY ${R.external_userid}`,
  )
  return new Map(rows.map(({ externalUserId, n }) => [externalUserId, n]))
}

/** Why this customer is left in peace; undefined: may be contacted. */
export function overCeiling(contacts: Contacts | undefined, externalUserId: string): string | undefined {
  if (contacts === undefined) return undefined
  const { days, most, apart } = contacts.ceiling
  const had = contacts.had.get(externalUserId) ?? 0
  if (had >= most) return `${days} 天内已联系 ${had} 次，最多 ${most} 次`
  const lastMs = contacts.lately.get(externalUserId)
  if (apart === undefined || lastMs === undefined) return undefined
  return lastMs >= contacts.nowMs
    ? `还有一条正在路上，两次之间至少隔 ${apart}`
    : `${shanghaiText(lastMs)} 刚联系过，两次之间至少隔 ${apart}`
}

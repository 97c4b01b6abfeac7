import { count, list, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
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
}

export interface CeilingDeps {
  ceiling: () => Ceiling
  touches: Pick<Touches, 'countsSince'>
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
  for (const [id, n] of await onTheirWay(tx, externalUserIds)) had.set(id, (had.get(id) ?? 0) + n)
  return { ceiling, had }
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
  const had = contacts?.had.get(externalUserId) ?? 0
  if (contacts === undefined || had < contacts.ceiling.most) return undefined
  const { days, most } = contacts.ceiling
  return `${days} 天内已联系 ${had} 次，最多 ${most} 次`
}

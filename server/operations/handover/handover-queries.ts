import { alias, type Column, type Table } from '../../core/db/define-table.ts'
import { count, every, maybeNumber, pick, select, sql, words } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { customerRows, groupRows } from './handover-row.ts'
import type { CustomerState, GroupState } from './handover-states.ts'
import {
  type CustomerRow,
  type GroupRow,
  HANDOVER,
  HANDOVER_CUSTOMER,
  HANDOVER_GROUP,
  UNASSIGNED_CUSTOMER,
} from './handover-tables.ts'

export interface HandoverSummary {
  id: number
  fromUserId: string
  departed: boolean
  createdAtMs: number
  customers: Partial<Record<CustomerState, number>>
  groups: Partial<Record<GroupState, number>>
}

export interface EndReason {
  reason: string
  times: number
  /** One of them. */
  example: string
}

const c = alias(HANDOVER_CUSTOMER, 'c')
const g = alias(HANDOVER_GROUP, 'g')
const u = alias(UNASSIGNED_CUSTOMER, 'u')

export const handoverQueries = {
  /** A customer's handover under way; undefined: none. */
  openOf: async (
    tx: Tx,
    externalUserId: string,
  ): Promise<{ fromUserId: string; toUserId: string; takeoverAtMs: number | undefined } | undefined> => {
    const [row] = await customerRows(tx, sql`${HANDOVER_CUSTOMER.open_customer} = ${externalUserId}`)
    if (row === undefined) return undefined
    const takeoverAtMs = row.state === 'waiting' ? (row.takeover_at ?? undefined) : undefined
    return { fromUserId: row.from_userid, toUserId: row.to_userid, takeoverAtMs }
  },
  /** Members who left and whose customer this one is still, as WeCom listed it last. */
  leftBehindBy: async (tx: Tx, externalUserId: string): Promise<string[]> => {
    const rows = await tx.rows(
      sql`SELECT ${pick(u, 'userid')} FROM ${u} WHERE ${u.external_userid} = ${externalUserId} ORDER BY ${u.userid}`,
    )
    return rows.map((row) => row.userid)
  },
  /** Newest first, at most 50; with `id` that one only. */
  summaries: async (tx: Tx, id?: number): Promise<HandoverSummary[]> => {
    const which = every(id === undefined ? [] : [sql`${HANDOVER.id} = ${id}`])
    const runs = await tx.rows(
      sql`SELECT ${pick(HANDOVER, 'id', 'from_userid', 'departed', 'created_at')} FROM ${HANDOVER}
          WHERE ${which} ORDER BY ${HANDOVER.id} DESC LIMIT 50`,
    )
    const summaries: HandoverSummary[] = []
    for (const run of runs) {
      summaries.push({
        id: run.id,
        fromUserId: run.from_userid,
        departed: run.departed === 1,
        createdAtMs: run.created_at,
        customers: await countsByState(tx, HANDOVER_CUSTOMER, run.id),
        groups: await countsByState(tx, HANDOVER_GROUP, run.id),
      })
    }
    return summaries
  },
  /** Per new guide and state. */
  perTaker: (tx: Tx, id: number): Promise<{ toUserId: string; state: CustomerState; customers: number }[]> =>
    tx.rows(
      sql`SELECT ${select({ toUserId: c.to_userid, state: c.state, customers: count() })} FROM ${c}
          WHERE ${c.handover_id} = ${id} GROUP BY ${c.to_userid}, ${c.state} ORDER BY ${c.to_userid}, ${c.state}`,
    ),
  /** Why customers and groups did not move, the most frequent first. */
  failures: (tx: Tx, id: number): Promise<EndReason[]> => {
    const reasons = (reason: Column<string | null>, example: Column<string>) =>
      select({ reason: words(sql`${reason}`), times: count(), example: words(sql`MIN(${example})`) })
    return tx.rows(
      sql`SELECT ${reasons(c.reason, c.external_userid)} FROM ${c}
          WHERE ${c.handover_id} = ${id} AND ${c.reason} IS NOT NULL GROUP BY ${c.reason}
          UNION ALL SELECT ${reasons(g.reason, g.chat_id)} FROM ${g}
          WHERE ${g.handover_id} = ${id} AND ${g.reason} IS NOT NULL GROUP BY ${g.reason}
          ORDER BY times DESC, reason`,
    )
  },
  /** When the last waiting customer moves by itself; undefined: nobody waits. */
  doneBy: async (tx: Tx, id: number): Promise<number | undefined> => {
    const row = await tx.row(
      sql`SELECT ${select({ latest: maybeNumber(sql`MAX(${c.takeover_at})`) })} FROM ${c}
          WHERE ${c.handover_id} = ${id} AND ${c.state} = 'waiting'`,
    )
    return row?.latest ?? undefined
  },
  /** Members who left and still have customers waiting, as WeCom listed them last. */
  unassigned: async (tx: Tx): Promise<{ userId: string; customers: number; leftAtMs: number | undefined }[]> => {
    const leftAtMs = maybeNumber(sql`MAX(${u.left_at})`)
    const rows = await tx.rows(
      sql`SELECT ${select({ userId: u.userid, customers: count(), leftAtMs })} FROM ${u}
          GROUP BY ${u.userid} ORDER BY customers DESC, ${u.userid}`,
    )
    return rows.map((row) => ({ ...row, leftAtMs: row.leftAtMs ?? undefined }))
  },
  customersOf: (tx: Tx, id: number): Promise<CustomerRow[]> =>
    customerRows(tx, sql`${HANDOVER_CUSTOMER.handover_id} = ${id} ORDER BY ${HANDOVER_CUSTOMER.id}`),
  groupsOf: (tx: Tx, id: number): Promise<GroupRow[]> =>
    groupRows(tx, sql`${HANDOVER_GROUP.handover_id} = ${id} ORDER BY ${HANDOVER_GROUP.id}`),
}

async function countsByState<State extends string>(
  tx: Tx,
  table: Table & { readonly state: Column<State>; readonly handover_id: Column<number> },
  id: number,
): Promise<Partial<Record<State, number>>> {
  const rows = await tx.rows(
    sql`SELECT ${select({ state: table.state, total: count() })} FROM ${table}
        WHERE ${table.handover_id} = ${id} GROUP BY ${table.state}`,
  )
  const counts: Partial<Record<State, number>> = {}
  for (const row of rows) counts[row.state] = row.total
  return counts
}

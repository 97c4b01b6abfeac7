import { select, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import type { TriggerEvent } from '../../../rules/schema/sop-event.ts'
import { SOP_REFUSAL } from '../sop-tables.ts'

/** Why an event did not let a customer into a journey. */
export interface Refusal {
  sop: string
  externalUserId: string
  version: string
  event: TriggerEvent
  /** UTC milliseconds. */
  atMs: number
  /** One Chinese line. */
  why: string
}

/** The last one of each customer and journey is kept. */
export const refusalStore = {
  note: (tx: Tx, { sop, externalUserId, version, event, atMs, why }: Refusal): Promise<void> =>
    tx.upsertLater(
      SOP_REFUSAL,
      [{ sop, external_userid: externalUserId, version, event, at: atMs, why }],
      ['external_userid', 'sop'],
    ),

  /** By SOP. */
  ofCustomer: async (tx: Tx, externalUserId: string): Promise<Map<string, Refusal>> => {
    const { sop, external_userid, version, event, at, why } = SOP_REFUSAL
    const rows = await tx.rows(
      sql`SELECT ${select({ sop, externalUserId: external_userid, version, event, atMs: at, why })} FROM ${SOP_REFUSAL}
          WHERE ${external_userid} = ${externalUserId}`,
    )
    return new Map(rows.map((row) => [row.sop, row]))
  },
}

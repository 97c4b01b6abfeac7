import type { Tx } from '../../../core/db/tx.ts'
import type { TriggerEvent } from '../../../rules/schema/sop-event.ts'

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

interface StoredRefusal {
  sop: string
  external_userid: string
  version: string
  event: TriggerEvent
  at: number
  why: string
}

/** The last one of each customer and journey is kept. */
export const refusalStore = {
  note: (tx: Tx, { sop, externalUserId, version, event, atMs, why }: Refusal): Promise<void> =>
    tx.upsert(
      'sop_refusal',
      [{ sop, external_userid: externalUserId, version, event, at: atMs, why }],
      ['external_userid', 'sop'],
    ),

  /** By SOP. */
  ofCustomer: async (tx: Tx, externalUserId: string): Promise<Map<string, Refusal>> => {
    const rows = await tx.rows<StoredRefusal>(
      'SELECT sop, external_userid, version, event, at, why FROM sop_refusal WHERE external_userid = ?',
      [externalUserId],
    )
    return new Map(
      rows.map(({ sop, external_userid, version, event, at, why }) => [
        sop,
        { sop, externalUserId: external_userid, version, event, atMs: at, why },
      ]),
    )
  },
}

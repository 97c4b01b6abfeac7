import type { RowOf } from '../../core/db/define-table.ts'
import { all, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { EMPTIED } from '../emptied.ts'
import { INBOUND_EVENT } from './event-tables.ts'

const e = INBOUND_EVENT

/** What has come in, for people who look into one event. */
export const storedEvents = {
  byId: (tx: Tx, id: number): Promise<RowOf<typeof INBOUND_EVENT> | undefined> =>
    tx.row(sql`SELECT ${all(e)} FROM ${e} WHERE ${e.id} = ${id}`),

  /** Handles it once more from the beginning, as if nobody had been told; whoever listens does nothing twice. The running
   *  server takes it within a second. False when there is none, it waits anyway, or
   *  its content is no longer kept. */
  replay: async (tx: Tx, id: number, nowMs: number): Promise<boolean> => {
    const anew = set(e, { state: 'new', attempts: 0, due_at: nowMs, done_subscriptions: null, last_error: null })
    return (
      (await tx.run(
        sql`UPDATE ${e} SET ${anew} WHERE ${e.id} = ${id} AND ${e.state} <> 'new' AND ${e.payload} <> ${EMPTIED}`,
      )) > 0
    )
  },
}

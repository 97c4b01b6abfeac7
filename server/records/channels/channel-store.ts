import type { Column, RowOf } from '../../core/db/define-table.ts'
import { all, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { CHANNEL } from './channel-tables.ts'

export type StoredChannel = RowOf<typeof CHANNEL>
/** What a channel is known by: its name in the rules, or the state of its printed code. */
type KnownBy = Column<string>

export const storedChannel = (tx: Tx, by: KnownBy, value: string): Promise<StoredChannel | undefined> =>
  tx.row(sql`SELECT ${all(CHANNEL)} FROM ${CHANNEL} WHERE ${by} = ${value}`)

export const updateChannel = (tx: Tx, by: KnownBy, value: string, changes: Partial<StoredChannel>): Promise<number> =>
  tx.run(sql`UPDATE ${CHANNEL} SET ${set(CHANNEL, changes)} WHERE ${by} = ${value}`)

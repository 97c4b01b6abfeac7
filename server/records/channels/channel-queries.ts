import { all, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { WAY_STATE_CHARS } from '../../core/kernel/wecom-limits.ts'
import { type StoredChannel, storedChannel } from './channel-store.ts'
import { CHANNEL } from './channel-tables.ts'

export interface Channel {
  name: string
  /** Carried by the live code, comes back with the customer. */
  state: string
  /** WeCom's id of the contact way; undefined until it is made. */
  configId: string | undefined
  /** URL of the printed code's picture. */
  qrCode: string | undefined
  /** Why there is no working code, in Chinese. */
  trouble: string | undefined
}

const toChannel = (row: StoredChannel): Channel => ({
  name: row.name,
  state: row.state,
  configId: row.config_id ?? undefined,
  qrCode: row.qr_code ?? undefined,
  trouble: row.trouble ?? undefined,
})

export const channelQueries = {
  /** The channel whose code carried this state; undefined for a missing, foreign or odd state. */
  byState: async (tx: Tx, state: string | null | undefined): Promise<Channel | undefined> => {
    // Longer states are never ours, whatever a stranger sends.
    if (state === null || state === undefined || state === '' || state.length > WAY_STATE_CHARS) return undefined
    const row = await storedChannel(tx, CHANNEL.state, state)
    // MySQL ignores trailing spaces in a comparison; we do not.
    return row === undefined || row.state !== state ? undefined : toChannel(row)
  },
  byName: async (tx: Tx, name: string): Promise<Channel | undefined> => {
    const row = await storedChannel(tx, CHANNEL.name, name)
    return row === undefined ? undefined : toChannel(row)
  },
  all: async (tx: Tx): Promise<Channel[]> => {
    const rows = await tx.rows(
      sql`SELECT ${all(CHANNEL)} FROM ${CHANNEL} ORDER BY ${CHANNEL.created_at}, ${CHANNEL.name}`,
    )
    return rows.map(toChannel)
  },
}

import type { Tx } from '../../core/db/tx.ts'
import { WAY_STATE_CHARS } from '../../core/kernel/wecom-limits.ts'

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

interface StoredChannel {
  name: string
  state: string
  config_id: string | null
  qr_code: string | null
  trouble: string | null
}

const COLUMNS = 'name, state, config_id, qr_code, trouble'

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
    const row = await tx.row<StoredChannel>(`SELECT ${COLUMNS} FROM channel WHERE state = ?`, [state])
    // MySQL ignores trailing spaces in a comparison; we do not.
    return row === undefined || row.state !== state ? undefined : toChannel(row)
  },
  byName: async (tx: Tx, name: string): Promise<Channel | undefined> => {
    const row = await tx.row<StoredChannel>(`SELECT ${COLUMNS} FROM channel WHERE name = ?`, [name])
    return row === undefined ? undefined : toChannel(row)
  },
  all: async (tx: Tx): Promise<Channel[]> =>
    (await tx.rows<StoredChannel>(`SELECT ${COLUMNS} FROM channel ORDER BY created_at, name`)).map(toChannel),
}

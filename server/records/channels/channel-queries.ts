import { all, pick, type Sql, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { WAY_STATE_CHARS } from '../../core/kernel/wecom-limits.ts'
import type { LiveCode } from './channel-actions.ts'
import { type StoredChannel, storedChannel } from './channel-store.ts'
import { CHANNEL } from './channel-tables.ts'

/** The trouble of a channel that the rules no longer have. */
export const RULE_GONE = '规则里已经没有这个渠道（文件删了，或者改了名又没有写 state）'

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
  /** The rules no longer have it; its code still works as it was last. */
  isGone: boolean
}

const toChannel = (row: StoredChannel): Channel => ({
  name: row.name,
  state: row.state,
  configId: row.config_id ?? undefined,
  qrCode: row.qr_code ?? undefined,
  trouble: row.trouble ?? undefined,
  isGone: row.trouble === RULE_GONE,
})

/** SQL: the name of the channel whose code carried this state, NULL for a foreign or odd one. MySQL ignores trailing spaces
 *  in a comparison; we do not. */
export const channelOfState = (state: string): Sql =>
  sql`(SELECT ${CHANNEL.name} FROM ${CHANNEL} WHERE ${CHANNEL.state} = ${isOurs(state) ? state : ''}
       AND LENGTH(${CHANNEL.state}) = ${Buffer.byteLength(state)})`

/** Longer states are never ours, whatever a stranger sends. */
const isOurs = (state: string): boolean => state.length <= WAY_STATE_CHARS

export const channelQueries = {
  /** The channel whose code carried this state; undefined for a missing, foreign or odd state. */
  byState: async (tx: Tx, state: string | null | undefined): Promise<Channel | undefined> => {
    if (state === null || state === undefined || state === '' || !isOurs(state)) return undefined
    const row = await storedChannel(tx, CHANNEL.state, state)
    // MySQL ignores trailing spaces in a comparison; we do not.
    return row === undefined || row.state !== state ? undefined : toChannel(row)
  },
  byName: async (tx: Tx, name: string): Promise<Channel | undefined> => {
    const row = await storedChannel(tx, CHANNEL.name, name)
    return row === undefined ? undefined : toChannel(row)
  },
  /** The codes that are at WeCom: who receives by them, and since when it is so, UTC milliseconds. */
  liveCodes: async (tx: Tx): Promise<{ channel: string; users: readonly string[]; sinceMs: number }[]> => {
    const rows = await tx.rows(
      sql`SELECT ${pick(CHANNEL, 'name', 'live_as', 'changed_at')} FROM ${CHANNEL}
          WHERE ${CHANNEL.config_id} IS NOT NULL AND ${CHANNEL.live_as} IS NOT NULL ORDER BY ${CHANNEL.name}`,
    )
    return rows.flatMap(({ name, live_as, changed_at }) => {
      if (live_as === null) return []
      const { users } = JSON.parse(live_as) as LiveCode
      return { channel: name, users, sinceMs: changed_at }
    })
  },
  all: async (tx: Tx): Promise<Channel[]> => {
    const rows = await tx.rows(
      sql`SELECT ${all(CHANNEL)} FROM ${CHANNEL} ORDER BY ${CHANNEL.created_at}, ${CHANNEL.name}`,
    )
    return rows.map(toChannel)
  },
}

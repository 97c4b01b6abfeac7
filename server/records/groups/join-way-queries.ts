import type { Tx } from '../../core/db/tx.ts'
import type { JoinWaySettings } from './join-way-plan.ts'

export interface JoinWay {
  pool: string
  state: string
  /** URL of the picture; undefined until WeCom has given it. */
  qrCode: string | undefined
  configId: string | undefined
  /** Where the code leads now. */
  chatIds: string[]
  /** Why nobody can join by it, in Chinese. */
  trouble: string | undefined
}

export interface StoredJoinWay {
  pool: string
  state: string
  config_id: string | null
  qr_code: string | null
  live_as: string | null
  open_key: string | null
  plans: number
  trouble: string | null
  trouble_at: number | null
}

const COLUMNS = 'pool, state, config_id, qr_code, live_as, open_key, plans, trouble, trouble_at'

const toJoinWay = (row: StoredJoinWay): JoinWay => ({
  pool: row.pool,
  state: row.state,
  qrCode: row.qr_code ?? undefined,
  configId: row.config_id ?? undefined,
  chatIds: liveSettings(row)?.chatIds ?? [],
  trouble: row.trouble ?? undefined,
})

export const liveSettings = (row: StoredJoinWay): JoinWaySettings | undefined =>
  row.live_as === null ? undefined : (JSON.parse(row.live_as) as JoinWaySettings)

export const storedJoinWay = (tx: Tx, pool: string): Promise<StoredJoinWay | undefined> =>
  tx.row<StoredJoinWay>(`SELECT ${COLUMNS} FROM join_way WHERE pool = ?`, [pool])

export const joinWayQueries = {
  /** All codes, with or without a picture yet. */
  joinWays: async (tx: Tx): Promise<JoinWay[]> =>
    (await tx.rows<StoredJoinWay>(`SELECT ${COLUMNS} FROM join_way ORDER BY pool`)).map(toJoinWay),
  joinWayOf: async (tx: Tx, pool: string): Promise<JoinWay | undefined> => {
    const row = await storedJoinWay(tx, pool)
    return row === undefined ? undefined : toJoinWay(row)
  },
  /** The pool whose code carries this state. */
  poolByState: async (tx: Tx, state: string): Promise<string | undefined> =>
    (await tx.row<{ pool: string }>('SELECT pool FROM join_way WHERE state = ?', [state]))?.pool,
}

import type { RowOf } from '../../core/db/define-table.ts'
import { all, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { JOIN_WAY } from './group-tables.ts'
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

export type StoredJoinWay = RowOf<typeof JOIN_WAY>
const w = JOIN_WAY

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
  tx.row(sql`SELECT ${all(w)} FROM ${w} WHERE ${w.pool} = ${pool}`)

/** Changes the pool's code. */
export const updateJoinWay = (tx: Tx, pool: string, changes: Partial<StoredJoinWay>): Promise<number> =>
  tx.run(sql`UPDATE ${w} SET ${set(w, changes)} WHERE ${w.pool} = ${pool}`)

export const joinWayQueries = {
  /** All codes, with or without a picture yet. */
  joinWays: async (tx: Tx): Promise<JoinWay[]> =>
    (await tx.rows(sql`SELECT ${all(w)} FROM ${w} ORDER BY ${w.pool}`)).map(toJoinWay),
  joinWayOf: async (tx: Tx, pool: string): Promise<JoinWay | undefined> => {
    const row = await storedJoinWay(tx, pool)
    return row === undefined ? undefined : toJoinWay(row)
  },
  /** The pool whose code carries this state. */
  poolByState: async (tx: Tx, state: string): Promise<string | undefined> =>
    (await tx.row(sql`SELECT ${pick(w, 'pool')} FROM ${w} WHERE ${w.state} = ${state}`))?.pool,
}

import { count, list, number, pick, select, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import type { Model } from './model/model.ts'
import { CUSTOMER_WORTH, WORTH_RUN } from './worth-tables.ts'

const w = CUSTOMER_WORTH

export interface Worth {
  alivePercent: number | undefined
  orders90: number
  value90Fen: number | undefined
}

export const worthQueries = {
  /** By external_userid; who has bought nothing, and everybody while the model refuses, has none. */
  of: async (tx: Tx, externalUserIds: string[]): Promise<Map<string, Worth>> => {
    if (externalUserIds.length === 0) return new Map()
    const worth = pick(w, 'external_userid', 'alive_percent', 'orders90_hundredths', 'value90_fen')
    const rows = await tx.rows(sql`SELECT ${worth} FROM ${w} WHERE ${w.external_userid} IN ${list(externalUserIds)}`)
    return new Map(
      rows.map((row) => [
        row.external_userid,
        {
          alivePercent: row.alive_percent ?? undefined,
          orders90: row.orders90_hundredths / 100,
          value90Fen: row.value90_fen ?? undefined,
        },
      ]),
    )
  },
  /** The model in use, with when it was learned and when everybody was last reckoned by it; undefined before the first. */
  model: async (
    tx: ReadTx,
  ): Promise<{ model: Model; fittedAtMs: number; scoredAtMs: number | undefined } | undefined> => {
    const row = await tx.row(
      sql`SELECT ${pick(WORTH_RUN, 'model', 'fitted_at', 'scored_at')} FROM ${WORTH_RUN} LIMIT 1`,
    )
    if (row === undefined || row.model === null || row.fitted_at === null) return undefined
    return { model: parseModel(row.model), fittedAtMs: row.fitted_at, scoredAtMs: row.scored_at ?? undefined }
  },
  /** All customers who are reckoned, together. */
  sums: async (tx: ReadTx): Promise<{ customers: number; orders90: number; value90Fen: number }> => {
    const sums = select({
      customers: count(),
      hundredths: number(sql`COALESCE(SUM(${w.orders90_hundredths}), 0)`),
      value90Fen: number(sql`COALESCE(SUM(${w.value90_fen}), 0)`),
    })
    const row = await tx.row(sql`SELECT ${sums} FROM ${w}`)
    const { customers = 0, hundredths = 0, value90Fen = 0 } = row ?? {}
    return { customers, orders90: hundredths / 100, value90Fen }
  },
}

export const formatModel = (model: Model): string => JSON.stringify(model)
/** Written by `formatModel` only; JSON leaves out what is undefined. */
export const parseModel = (text: string): Model => JSON.parse(text) as Model

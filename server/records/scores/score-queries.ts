import type { Tx } from '../../core/db/tx.ts'
import type { Cuts } from './quintiles.ts'

export interface Score {
  /** 1 to 5 each; 5 is the latest, the most often, the most. */
  r: number
  f: number
  m: number
}

/** From which value on there are how many points: r in UTC milliseconds (midnight in Shanghai), f in days, m in fen. */
export interface ScoreCuts {
  /** How many had bought. */
  customers: number
  r: Cuts
  f: Cuts
  m: Cuts
}

export const scoreQueries = {
  /** By external_userid; who has bought nothing has none. */
  of: async (tx: Tx, externalUserIds: string[]): Promise<Map<string, Score>> => {
    if (externalUserIds.length === 0) return new Map()
    const rows = await tx.rows<Score & { id: string }>(
      `SELECT external_userid AS id, r, f, m FROM customer_score
       WHERE external_userid IN (${externalUserIds.map(() => '?').join(', ')})`,
      externalUserIds,
    )
    return new Map(rows.map(({ id, r, f, m }) => [id, { r: Number(r), f: Number(f), m: Number(m) }]))
  },
  /** Those that the scores are made with; undefined before the first night. */
  cuts: async (tx: Tx): Promise<ScoreCuts | undefined> =>
    scoreQueries.parseCuts(
      (await tx.row<{ cuts: string | null }>('SELECT cuts AS cuts FROM score_run LIMIT 1'))?.cuts ?? null,
    ),
  formatCuts: (cuts: ScoreCuts): string => JSON.stringify(cuts),
  /** JSON knows no Infinity and writes null. */
  parseCuts: (text: string | null): ScoreCuts | undefined =>
    text === null
      ? undefined
      : (JSON.parse(text, (_key, value: unknown) => (value === null ? Infinity : value)) as ScoreCuts),
}

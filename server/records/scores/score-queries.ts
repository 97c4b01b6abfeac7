import { list, pick, select, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import type { Cuts, MissingStep } from './quantiles.ts'
import { CUSTOMER_SCORE, SCORE_RUN } from './score-tables.ts'

export interface Score {
  /** 1 to 5 each, or as many as rfm.yaml says; the most is the latest, the most often, the most. */
  r: number
  f: number
  m: number
}

/** From which value on there are how many points: r in UTC milliseconds (midnight in Shanghai), f in days or as rfm.yaml says,
 *  m in fen. */
export interface ScoreCuts {
  /** How many had bought. */
  customers: number
  r: Cuts
  f: Cuts
  m: Cuts
  /** Points that nobody gets, where they are given by rank. Absent: made by an earlier release. */
  missing?: { r: MissingStep[]; f: MissingStep[]; m: MissingStep[] }
}

export const scoreQueries = {
  /** By external_userid; who has bought nothing has none. */
  of: async (tx: Tx, externalUserIds: string[]): Promise<Map<string, Score>> => {
    if (externalUserIds.length === 0) return new Map()
    const s = CUSTOMER_SCORE
    const score = select({ id: s.external_userid, r: s.r, f: s.f, m: s.m })
    const rows = await tx.rows(sql`SELECT ${score} FROM ${s} WHERE ${s.external_userid} IN ${list(externalUserIds)}`)
    return new Map(rows.map(({ id, ...points }) => [id, points]))
  },
  /** Those that the scores are made with; undefined before the first night. */
  cuts: async (tx: ReadTx): Promise<ScoreCuts | undefined> => {
    const run = await tx.row(sql`SELECT ${pick(SCORE_RUN, 'cuts')} FROM ${SCORE_RUN} LIMIT 1`)
    return scoreQueries.parseCuts(run?.cuts ?? null)
  },
  formatCuts: (cuts: ScoreCuts): string => JSON.stringify(cuts),
  /** JSON knows no Infinity and writes null. */
  parseCuts: (text: string | null): ScoreCuts | undefined =>
    text === null
      ? undefined
      : (JSON.parse(text, (_key, value: unknown) => (value === null ? Infinity : value)) as ScoreCuts),
}

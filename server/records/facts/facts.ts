import type { SqlValue, Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { conditionSql } from '../../rules/condition/condition-sql.ts'
import type { Fact, Facts, FactValue } from '../../rules/condition/fact.ts'
import type { Condition } from '../../rules/schema/condition.ts'

export interface AudiencePage {
  /** At most this many customers. */
  limit: number
  /** The last external_userid of the page before; absent for the first page. */
  after?: string
}

/** All facts about customers, from every capability that offers some. `base`: the table of customers, with a column
 *  `external_userid`; the facts' SQL calls it `c`. Throws facts.offered-twice. */
export function createFacts({ list, base }: { list: readonly Fact[]; base: string }) {
  refuseDoubles(list)
  const byPath = new Map(list.map((fact) => [fact.path, fact]))

  return {
    list,

    /** What is known about each of these customers at the instant `nowMs`; every id has an entry. `paths`: load only
     *  these facts. */
    of: async (
      tx: Tx,
      externalUserIds: readonly string[],
      nowMs: number,
      paths?: readonly string[],
    ): Promise<Map<string, Facts>> => {
      const ids = [...new Set(externalUserIds)]
      const result = new Map(ids.map((id) => [id, new Map<string, FactValue>()]))
      if (ids.length === 0) return result
      for (const fact of paths === undefined ? list : list.filter((one) => paths.includes(one.path))) {
        const values = await fact.load(tx, ids, nowMs)
        for (const id of ids) result.get(id)?.set(fact.path, typed(fact, values.get(id)))
      }
      return result
    },

    /** The customers for whom the condition holds, by external_userid in order of code points, page after page. */
    audience: async (tx: Tx, condition: Condition, nowMs: number, page: AudiencePage): Promise<string[]> => {
      const where = conditionSql(condition, byPath, nowMs)
      const params: SqlValue[] = [...where.params, page.after ?? '', page.limit]
      const rows = await tx.rows<{ id: string }>(
        `SELECT c.external_userid AS id FROM ${base} c WHERE ${where.text} AND c.external_userid > ?
         ORDER BY c.external_userid LIMIT ?`,
        params,
      )
      return rows.map((row) => row.id)
    },

    /** How many customers the condition holds for. */
    count: async (tx: Tx, condition: Condition, nowMs: number): Promise<number> => {
      const where = conditionSql(condition, byPath, nowMs)
      const row = await tx.row<{ total: number }>(
        `SELECT COUNT(*) AS total FROM ${base} c WHERE ${where.text}`,
        where.params,
      )
      return Number(row?.total ?? 0)
    },
  }
}
export type CustomerFacts = ReturnType<typeof createFacts>

/** Databases have no booleans and drivers may give counts as text: here every value gets its fact's own type. */
function typed(fact: Fact, value: FactValue | null): FactValue {
  if (fact.type === 'set') return Array.isArray(value) ? value : []
  if (value === undefined || value === null) return undefined
  if (fact.type === 'flag') return Boolean(value)
  return fact.type === 'text' ? String(value) : Number(value)
}

function refuseDoubles(list: readonly Fact[]): void {
  const paths = list.map((fact) => fact.path)
  const doubles = paths.filter((path, index) => paths.indexOf(path) < index)
  if (doubles.length > 0) throw new AppError('facts.offered-twice', `offered twice: ${doubles.join(', ')}`)
}

import type { Column, Table } from '../../core/db/define-table.ts'
import { count, raw, select, sql, words } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
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

/** All facts about customers, from every capability that offers some. `base`: the table of customers; the facts' SQL
 *  calls it `c`. Throws facts.offered-twice. */
export function createFacts({
  list,
  base,
}: {
  list: readonly Fact[]
  base: Table & { external_userid: Column<string> }
}) {
  refuseDoubles(list)
  const byPath = new Map(list.map((fact) => [fact.path, fact]))
  const id = raw(`c.${base.external_userid}`)

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
        for (const one of ids) result.get(one)?.set(fact.path, typed(fact, values.get(one)))
      }
      return result
    },

    /** The customers for whom the condition holds, by external_userid in order of code points, page after page. */
    audience: async (tx: Tx, condition: Condition, nowMs: number, page: AudiencePage): Promise<string[]> => {
      const where = conditionSql(condition, byPath, nowMs)
      const rows = await tx.rows(
        sql`SELECT ${select({ id: words(id) })} FROM ${base} c
            WHERE ${raw(where.text, where.params)} AND ${id} > ${page.after ?? ''} ORDER BY ${id} LIMIT ${page.limit}`,
      )
      return rows.map((row) => row.id)
    },

    /** How many customers the condition holds for. */
    count: async (tx: Tx, condition: Condition, nowMs: number): Promise<number> => {
      const where = conditionSql(condition, byPath, nowMs)
      const row = await tx.row(
        sql`SELECT ${select({ total: count() })} FROM ${base} c WHERE ${raw(where.text, where.params)}`,
      )
      return row?.total ?? 0
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

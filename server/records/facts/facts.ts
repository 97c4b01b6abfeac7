import type { Column, Table } from '../../core/db/define-table.ts'
import { count, Expression, list as listed, number, raw, select, sql, words } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { conditionSql, factSql, membersAsked } from '../../rules/condition/condition-sql.ts'
import type { Fact, Facts, FactValue, SqlText } from '../../rules/condition/fact.ts'
import { factAt } from '../../rules/condition/narrowed.ts'
import { isOfFields } from '../../rules/condition/profile-path.ts'
import type { Condition } from '../../rules/schema/condition.ts'

export interface AudiencePage {
  /** At most this many customers. */
  limit: number
  /** The last external_userid of the page before; absent for the first page. */
  after?: string
}

/** A page of a scan asks faster fact by fact, over all its customers at once. */
const MOST_TOGETHER = 50

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
  /** What is asked for by fields has no value without one. */
  const whole = list.filter((fact) => !isOfFields(fact))
  const id = raw(`c.${base.external_userid}`)

  /** Values of those of the facts that are one value, of a few customers in one statement: each by the expression that an
   *  audience asks, which must agree with what is loaded. Who is no customer has none here. */
  async function loadTogether(
    tx: Tx,
    facts: readonly Fact[],
    ids: readonly string[],
    nowMs: number,
  ): Promise<Map<string, Map<string, FactValue | null>>> {
    const scalars = facts.filter(({ type }) => type !== 'set')
    if (scalars.length < 2 || ids.length > MOST_TOGETHER) return new Map()
    const values = scalars.map((fact, nth): [string, Expression<number | string | null>] => {
      const { text, params } = factSql(fact, nowMs)
      return [`f${nth}`, new Expression(raw(`(${text})`, params), fact.type !== 'text')]
    })
    const selection = select<Record<string, Expression<number | string | null>>>({
      id: words(id),
      ...Object.fromEntries(values),
    })
    const rows = await tx.rows(sql`SELECT ${selection} FROM ${base} c WHERE ${id} IN ${listed(ids)}`)
    return new Map(
      rows.map((row) => [String(row.id), new Map(scalars.map((fact, nth) => [fact.path, row[`f${nth}`] ?? null]))]),
    )
  }

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
      const asked = paths === undefined ? whole : [...new Set(paths)].flatMap((path) => factAt(byPath, path) ?? [])
      const known = await loadTogether(tx, asked, ids, nowMs)
      for (const fact of asked) {
        const apart = ids.filter((one) => known.get(one)?.has(fact.path) !== true)
        const values = apart.length === 0 ? undefined : await fact.load(tx, apart, nowMs)
        for (const one of ids) {
          const value = known.get(one)?.get(fact.path) ?? values?.get(one)
          result.get(one)?.set(fact.path, typed(fact, value))
        }
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

    /** The next customers by external_userid, whoever they are, and whom of them each of the conditions holds for. */
    meeting: async (
      tx: Tx,
      conditions: readonly Condition[],
      nowMs: number,
      page: AudiencePage,
    ): Promise<{ ids: string[]; met: ReadonlySet<string>[] }> => {
      const flags = conditions.map((condition, nth): [string, Expression<number>] => {
        const { text, params } = conditionSql(condition, byPath, nowMs)
        return [`m${nth}`, number(raw(`CASE WHEN ${text} THEN 1 ELSE 0 END`, params))]
      })
      const selection = select<Record<string, Expression<number | string>>>({
        id: words(id),
        ...Object.fromEntries(flags),
      })
      const rows = await tx.rows(
        sql`SELECT ${selection} FROM ${base} c WHERE ${id} > ${page.after ?? ''} ORDER BY ${id} LIMIT ${page.limit}`,
      )
      const met = flags.map(([name]) => new Set(rows.flatMap((row) => (row[name] === 1 ? [String(row.id)] : []))))
      return { ids: rows.map((row) => String(row.id)), met }
    },

    /** How many customers the condition holds for. */
    count: async (tx: Tx, condition: Condition, nowMs: number): Promise<number> => {
      const lookedUp = new Map<string, (member: string) => SqlText>()
      for (const [path, members] of membersAsked(condition)) {
        const found = await factAt(byPath, path)?.lookedUp?.(tx, [...members])
        if (found !== undefined) lookedUp.set(path, found)
      }
      const where = conditionSql(condition, byPath, nowMs, lookedUp)
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

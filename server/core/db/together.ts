import type { Dialect } from './columns.ts'
import type { TableSpec } from './define-table.ts'
import type { Row } from './line.ts'
import type { SqlValue } from './sql.ts'
import type { Question, Statements } from './statements.ts'

/** So many questions in one statement; a longer text takes longer to read than it saves. */
const MOST_ARMS = 32
const NTH = 'nth_of_all'

/** The question with its place among the others before its columns; undefined where its text does not begin as one that
 *  can be put beside others. */
function arm({ text }: Question, nth: number, dialect: Dialect): string | undefined {
  const begun = text.replace(/^\s*SELECT (DISTINCT )?/, (select) => `${select}${nth} AS ${NTH}, `)
  if (begun === text) return undefined
  const [, asked = begun, holding = ''] = /^([\s\S]*?)(\s*FOR UPDATE)?\s*$/.exec(begun) ?? []
  const isOrdered = /\bORDER BY\b/.test(asked)
  // Without a limit both databases feel free to forget the order of a part.
  const ordered = isOrdered && !/\bLIMIT\b/.test(asked) ? `${asked} LIMIT 9223372036854775807` : asked
  return dialect === 'mysql' ? `(${ordered}${holding})` : `SELECT * FROM (${ordered})`
}

/** Answers questions of one text in as few statements as may be: each asked once, all in one. */
export async function askTogether(base: Statements, dialect: Dialect, questions: Question[]): Promise<Row[][]> {
  const keyOf = ({ params }: Question): string => JSON.stringify(params)
  const distinct = [...new Map(questions.map((question) => [keyOf(question), question])).values()]
  const answers = new Map<string, Row[]>()
  for (let at = 0; at < distinct.length; at += MOST_ARMS) {
    const part = distinct.slice(at, at + MOST_ARMS)
    const arms = part.map((question, nth) => arm(question, nth, dialect))
    if (part.length === 1 || arms.includes(undefined)) {
      for (const question of part) answers.set(keyOf(question), await base.find(question))
      continue
    }
    const rows = await base.find({
      text: arms.join(' UNION ALL '),
      params: part.flatMap(({ params }) => params),
      numbers: [NTH, ...(part[0]?.numbers ?? [])],
      ...(part[0]?.isLocking === true ? { isLocking: true as const } : {}),
    })
    for (const question of part) answers.set(keyOf(question), [])
    for (const { [NTH]: nth, ...row } of rows) {
      const question = part[Number(nth)]
      if (question !== undefined) answers.get(keyOf(question))?.push(row)
    }
  }
  return questions.map((question) => (answers.get(keyOf(question)) ?? []).map((row) => ({ ...row })))
}

/** The values of a row under each of its table's unique keys, as one text; a key with a null is no key. */
function keysOf(table: TableSpec, row: Row): { columns: readonly string[]; values: SqlValue[]; text: string }[] {
  const primary = Object.entries(table.columns).flatMap(([name, { isPrimary }]) => (isPrimary ? [name] : []))
  return [...table.unique, primary].flatMap((columns) => {
    const values = columns.map((column) => row[column] ?? null)
    return values.length === 0 || values.includes(null)
      ? []
      : [{ columns, values, text: JSON.stringify([columns, values]) }]
  })
}

/** Inserts what several have to insert into one table; gives for each how many of its rows were new, as if they had come one
 *  after the other. Undefined when somebody else has inserted the same meanwhile, so that nobody can tell whose was new. */
export async function insertTogether(base: Statements, table: TableSpec, each: Row[][]): Promise<number[] | undefined> {
  if (each.length === 1) return [await base.insertUnknown(table, each[0] ?? [])]
  const keyed = each.map((rows) => rows.map((row) => ({ row, keys: keysOf(table, row) })))
  const known = await knownAmong(
    base,
    table,
    keyed.flat().flatMap(({ keys }) => keys),
  )
  const fresh: Row[] = []
  const counts = keyed.map((rows) => {
    const before = fresh.length
    for (const { row, keys } of rows) {
      if (keys.some(({ text }) => known.has(text))) continue
      for (const { text } of keys) known.add(text)
      fresh.push(row)
    }
    return fresh.length - before
  })
  if (fresh.length > 0 && (await base.insertUnknown(table, fresh)) !== fresh.length) return undefined
  return counts
}

async function knownAmong(
  base: Statements,
  table: TableSpec,
  keys: { columns: readonly string[]; values: SqlValue[]; text: string }[],
): Promise<Set<string>> {
  const distinct = [...new Map(keys.map((key) => [key.text, key])).values()]
  if (distinct.length === 0) return new Set()
  const columns = [...new Set(distinct.flatMap((key) => key.columns))]
  const isOne = distinct.map((key) => `(${key.columns.map((column) => `\`${column}\` = ?`).join(' AND ')})`)
  const rows = await base.find({
    text: `SELECT ${columns.map((column) => `\`${column}\``).join(', ')} FROM \`${table.name}\` WHERE ${isOne.join(' OR ')}`,
    params: distinct.flatMap(({ values }) => values),
    numbers: [],
  })
  return new Set(rows.flatMap((row) => keysOf(table, row).map(({ text }) => text)))
}

import type { Dialect } from './columns.ts'
import type { TableSpec } from './define-table.ts'
import { idsOf, keysOf, rowsWith } from './keys.ts'
import type { Row } from './line.ts'
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
  for (const question of distinct) {
    const known = base.recall(question)
    if (known !== undefined) answers.set(keyOf(question), known)
  }
  const unknown = distinct.filter((question) => !answers.has(keyOf(question)))
  for (let at = 0; at < unknown.length; at += MOST_ARMS) {
    const part = unknown.slice(at, at + MOST_ARMS)
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
    for (const question of part) base.keep(question, answers.get(keyOf(question)) ?? [])
  }
  return questions.map((question) => [...(answers.get(keyOf(question)) ?? [])])
}

/** Inserts what several have to insert into one table; gives for each how many of its rows were new, as if they had come one
 *  after the other. Undefined when somebody else has inserted the same meanwhile, so that nobody can tell whose was new. */
export async function insertTogether(
  base: Statements,
  dialect: Dialect,
  table: TableSpec,
  each: Row[][],
): Promise<number[] | undefined> {
  if (each.length === 1) return [await base.insertUnknown(table, each[0] ?? [])]
  const fresh = await insertFresh(base, dialect, table, each.flat(), false)
  return fresh === undefined ? undefined : each.map((rows) => rows.filter((row) => fresh.has(row)).length)
}

/** Inserts one row of each; gives for each the id that the database chose, undefined where its key was known. Undefined as
 *  above. */
export async function insertOneEach(
  base: Statements,
  dialect: Dialect,
  table: TableSpec,
  rows: Row[],
): Promise<(number | undefined)[] | undefined> {
  const [only] = rows
  if (only !== undefined && rows.length === 1) return [await base.insertOne(table, only)]
  const fresh = await insertFresh(base, dialect, table, rows, true)
  return fresh === undefined ? undefined : rows.map((row) => fresh.get(row))
}

/** The new ones among the rows, with their ids; NaN where they are not needed and cost a question. */
async function insertFresh(
  base: Statements,
  dialect: Dialect,
  table: TableSpec,
  rows: Row[],
  needsIds: boolean,
): Promise<Map<Row, number> | undefined> {
  let wanted = rows
  if (dialect === 'mysql') {
    // It does not tell which it knew; so it is asked first.
    const known = new Set(
      (await rowsWith(base, table, rows)).flatMap((row) => keysOf(table, row).map(({ text }) => text)),
    )
    wanted = rows.filter((row) => {
      const keys = keysOf(table, row)
      const isNew = !keys.some(({ text }) => known.has(text))
      if (isNew) for (const { text } of keys) known.add(text)
      return isNew
    })
    if (wanted.length === 0) return new Map()
    if (!needsIds) {
      const areAllNew = (await base.insertUnknown(table, wanted)) === wanted.length
      return areAllNew ? new Map(wanted.map((row) => [row, Number.NaN])) : undefined
    }
  }
  const inserted = await base.insertNew(table, wanted)
  return inserted && idsOf(table, wanted, inserted)
}

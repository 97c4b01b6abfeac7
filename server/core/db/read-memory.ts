import { declaredTable } from './define-table.ts'
import type { Row } from './line.ts'
import type { SqlValue } from './sql.ts'

/** What the database has answered, until a table that was asked is written to, or others may have written. */
export interface ReadMemory {
  recall(text: string, params: readonly SqlValue[]): Row[] | undefined
  keep(text: string, params: readonly SqlValue[], rows: readonly Row[]): void
  /** Rows of this table are others now. */
  changed(table: string): void
  /** Others may have written anything since. */
  forget(): void
}

type Answers = Map<string, readonly Row[]>

/** Who reads in pages does not ask twice, and shall not hold all pages. */
const MOST_ROWS = 50
const MOST_PARAMS = 50

/** So many texts, more than we have, are read for the names of tables once. */
const MOST_TEXTS = 2_000
const tablesByText = new Map<string, readonly string[]>()

/** The tables that a text may be about: whatever of its words is the name of one. Undefined: it asks no table. */
function tablesOf(text: string): readonly string[] {
  const before = tablesByText.get(text)
  if (before !== undefined) return before
  const words = new Set(text.match(/\w+/g) ?? [])
  const tables = words.has('FROM') ? [...words].filter((word) => declaredTable(word) !== undefined) : []
  if (tablesByText.size >= MOST_TEXTS) tablesByText.clear()
  tablesByText.set(text, tables)
  return tables
}

/** Handlers ask the same again and again, each for itself: who is the owner, is the guide still there, what has been
 *  ordered. A question in the same words with the same values is answered from memory as long as nothing was written to
 *  any table that it names. Words, since any piece of SQL may name a table: too much is forgotten rather than too little.
 *  `mostAnswers`: with more, it begins anew. */
export function createReadMemory(mostAnswers = 500): ReadMemory {
  const byText = new Map<string, Answers>()
  /** Texts by table. */
  const about = new Map<string, Set<string>>()
  let answers = 0

  const forget = (): void => {
    byText.clear()
    about.clear()
    answers = 0
  }

  function begin(text: string): Answers | undefined {
    const tables = tablesOf(text)
    // What asks no table asks the connection, which changes with every statement.
    if (tables.length === 0) return undefined
    for (const table of tables) {
      const texts = about.get(table)
      if (texts === undefined) about.set(table, new Set([text]))
      else texts.add(text)
    }
    const known: Answers = new Map()
    byText.set(text, known)
    return known
  }

  return {
    recall: (text, params) =>
      byText
        .get(text)
        ?.get(JSON.stringify(params))
        ?.map((row) => ({ ...row })),
    keep: (text, params, rows) => {
      if (rows.length > MOST_ROWS || params.length > MOST_PARAMS) return
      if (answers >= mostAnswers) forget()
      const known = byText.get(text) ?? begin(text)
      if (known === undefined) return
      known.set(
        JSON.stringify(params),
        rows.map((row) => ({ ...row })),
      )
      answers += 1
    },
    changed: (table) => {
      const texts = about.get(table)
      if (texts === undefined) return
      about.delete(table)
      for (const text of texts) {
        answers -= byText.get(text)?.size ?? 0
        byText.delete(text)
      }
    },
    forget,
  }
}

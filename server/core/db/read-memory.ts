import { declaredTable } from './define-table.ts'
import type { Row } from './line.ts'
import type { SqlValue } from './sql.ts'

/** What the database has answered, until a table that was asked is written to, or others may have written. */
export interface ReadMemory {
  recall(text: string, params: readonly SqlValue[]): Row[] | undefined
  /** Nobody may change these rows afterwards: they are what is told to whoever asks again. */
  keep(text: string, params: readonly SqlValue[], rows: readonly Row[]): void
  /** Rows of this table are others now. */
  changed(table: string): void
  /** Others may have written anything since. */
  forget(): void
}

/** What was answered to one text. Most are asked once in a transaction. */
interface Answered {
  tables: readonly string[]
  byKey: Map<string, readonly Row[]>
}

/** Who reads in pages does not ask twice, and shall not hold all pages. */
const MOST_ROWS = 50
const MOST_PARAMS = 50

/** One value, as nearly all questions have, is its own key; a list is one in brackets. */
function keyOf(params: readonly SqlValue[]): string {
  const [only] = params
  return params.length === 1 && typeof only === 'string' ? `=${only}` : JSON.stringify(params)
}

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
export function createReadMemory(mostAnswers = 4_000): ReadMemory {
  const byText = new Map<string, Answered>()
  /** Texts by table; made when something is written, which most transactions of a page never do. */
  let about: Map<string, Set<string>> | undefined
  let answers = 0

  const forget = (): void => {
    byText.clear()
    about = undefined
    answers = 0
  }

  function note(text: string, tables: readonly string[], into: Map<string, Set<string>>): void {
    for (const table of tables) {
      const texts = into.get(table)
      if (texts === undefined) into.set(table, new Set([text]))
      else texts.add(text)
    }
  }

  function begin(text: string): Answered | undefined {
    const tables = tablesOf(text)
    // What asks no table asks the connection, which changes with every statement.
    if (tables.length === 0) return undefined
    if (about !== undefined) note(text, tables, about)
    const known: Answered = { tables, byKey: new Map() }
    byText.set(text, known)
    return known
  }

  function textsByTable(): Map<string, Set<string>> {
    if (about !== undefined) return about
    about = new Map()
    for (const [text, { tables }] of byText) note(text, tables, about)
    return about
  }

  return {
    recall: (text, params) => {
      const known = byText.get(text)?.byKey.get(keyOf(params))
      return known && [...known]
    },
    keep: (text, params, rows) => {
      if (rows.length > MOST_ROWS || params.length > MOST_PARAMS) return
      if (answers >= mostAnswers) forget()
      const known = byText.get(text) ?? begin(text)
      if (known === undefined) return
      // The list is the asker's, to sort or to shorten.
      known.byKey.set(keyOf(params), [...rows])
      answers += 1
    },
    changed: (table) => {
      if (byText.size === 0) return
      const texts = textsByTable().get(table)
      if (texts === undefined) return
      about?.delete(table)
      for (const text of texts) {
        answers -= byText.get(text)?.byKey.size ?? 0
        byText.delete(text)
      }
    },
    forget,
  }
}

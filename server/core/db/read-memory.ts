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

interface Known {
  /** Every word of the text, the names of its tables among them. */
  words: Set<string>
  answers: Map<string, readonly Row[]>
}

/** Who reads in pages does not ask twice, and shall not hold all pages. */
const MOST_ROWS = 50
const MOST_PARAMS = 50

const wordsOf = (text: string): Set<string> => new Set(text.match(/\w+/g) ?? [])

/** Handlers ask the same again and again, each for itself: who is the owner, is the guide still there, what has been
 *  ordered. A question in the same words with the same values is answered from memory as long as nothing was written to
 *  any table that it names. Words, since any piece of SQL may name a table: too much is forgotten rather than too little.
 *  `mostAnswers`: with more, it begins anew. */
export function createReadMemory(mostAnswers = 500): ReadMemory {
  const byText = new Map<string, Known>()
  let answers = 0

  const forget = (): void => {
    byText.clear()
    answers = 0
  }

  return {
    recall: (text, params) =>
      byText
        .get(text)
        ?.answers.get(JSON.stringify(params))
        ?.map((row) => ({ ...row })),
    keep: (text, params, rows) => {
      if (rows.length > MOST_ROWS || params.length > MOST_PARAMS) return
      if (answers >= mostAnswers) forget()
      let known = byText.get(text)
      if (known === undefined) {
        known = { words: wordsOf(text), answers: new Map() }
        // What asks no table asks the connection, which changes with every statement.
        if (!known.words.has('FROM')) return
        byText.set(text, known)
      }
      known.answers.set(
        JSON.stringify(params),
        rows.map((row) => ({ ...row })),
      )
      answers += 1
    },
    changed: (table) => {
      for (const [text, known] of byText) {
        if (!known.words.has(table)) continue
        answers -= known.answers.size
        byText.delete(text)
      }
    },
    forget,
  }
}

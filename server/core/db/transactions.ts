import type { Dialect } from './columns.ts'
import { atOnce, withLater } from './later.ts'
import type { Line, LineOptions } from './line.ts'
import { createReadMemory, type ReadMemory } from './read-memory.ts'
import { createStatements } from './statements.ts'
import { tryAgain } from './try-again.ts'
import { createTx, type ReadTx, type Tx } from './tx.ts'

/** What a transaction that only reads is refused, its server does not refuse to others. */
const READING: LineOptions = { isReading: true }

/** Counts what was asked and what was answered. */
const counted = (line: Line, asked: { begun: number; ended: number }): Line => {
  const count = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    asked.begun++
    const given = await answer
    asked.ended++
    return given
  }
  return {
    rows: (text, params) => count(line.rows(text, params)),
    change: (text, params) => count(line.change(text, params)),
    release: () => line.release(),
  }
}

interface TransactionsDeps {
  dialect: Dialect
  onLine<T>(work: (line: Line) => Promise<T>, options?: LineOptions): Promise<T>
  /** Of a database that nobody else writes to. */
  lasting: ReadMemory | undefined
}

/** Transactions, single statements and views, each on a line of its own. */
export function createTransactions({ dialect, onLine, lasting }: TransactionsDeps) {
  /** A command may write to the same file as the server. Who takes the write lock at the beginning waits for its turn;
   *  who begins by reading is refused at once (SQLITE_BUSY) when the other has written since. */
  const begin = dialect === 'mysql' ? 'START TRANSACTION' : 'BEGIN IMMEDIATE'

  const transact = <T>(work: (line: Line) => Promise<T>, onLastStep: () => void): Promise<T> =>
    onLine(async (line) => {
      await line.change(begin)
      try {
        const result = await work(line)
        onLastStep()
        await line.change('COMMIT')
        return result
      } catch (error) {
        lasting?.forget()
        // A failed COMMIT may have rolled back by itself; the first error is the one to tell.
        await line.change('ROLLBACK').catch(() => undefined)
        throw error
      }
    })

  async function runTx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    let isCommitting = false
    const attempt = async (): Promise<T> => {
      const onCommit: (() => void)[] = []
      isCommitting = false
      const result = await transact(
        async (line) => {
          const statements = withLater(createStatements(line, dialect, lasting ?? createReadMemory()))
          const done = await work(createTx(statements, dialect, onCommit))
          await statements.settle()
          return done
        },
        () => {
          isCommitting = true
        },
      )
      for (const callback of onCommit) callback()
      return result
    }
    // Whether a COMMIT was carried out whose answer is lost, nobody knows.
    return tryAgain(attempt, (fault) => fault !== 'lost' || !isCommitting)
  }

  async function runStatement<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    let onCommit: (() => void)[] = []
    let asked = { begun: 0, ended: 0 }
    const attempt = (): Promise<T> => {
      onCommit = []
      asked = { begun: 0, ended: 0 }
      return onLine((line) =>
        work(createTx(atOnce(createStatements(counted(line, asked), dialect, lasting)), dialect, onCommit)),
      )
    }
    // Each statement is its own commit: only the first one can be done again with all the work.
    const result = await tryAgain(attempt, (fault) => (fault === 'lost' ? asked.begun : asked.ended) === 0)
    for (const callback of onCommit) callback()
    return result
  }

  const runView = <T>(work: (tx: ReadTx) => Promise<T>): Promise<T> =>
    onLine(async (line) => {
      const isMysql = dialect === 'mysql'
      try {
        if (isMysql) await line.change('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
        else await line.change('PRAGMA query_only = ON')
        await line.change(isMysql ? 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY' : 'BEGIN')
        try {
          return await work(createTx(atOnce(createStatements(line, dialect, lasting)), dialect, []))
        } finally {
          await line.change('ROLLBACK')
        }
      } finally {
        if (!isMysql) await line.change('PRAGMA query_only = OFF')
      }
    }, READING)

  return { runTx, runStatement, runView }
}

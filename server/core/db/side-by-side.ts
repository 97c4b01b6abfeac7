import { changeTogether } from './change-together.ts'
import type { Dialect } from './columns.ts'
import type { TableSpec } from './define-table.ts'
import type { Later } from './later.ts'
import type { Row } from './line.ts'
import type { SqlValue } from './sql.ts'
import type { Merging, Question, Statements } from './statements.ts'
import { askTogether, insertOneEach, insertTogether } from './together.ts'

/** The pieces of work cannot go on side by side: undo them all, and do them one after the other. */
export class NotSideBySide extends Error {}

/** One piece of work among several. */
interface Lane {
  statements: Statements & Later
  /** It has ended: what it held is free for the others. */
  end(): void
}

type Wish =
  | { kind: 'find'; question: Question }
  | { kind: 'insertOne'; table: TableSpec; row: Row }
  | { kind: 'insertUnknown'; table: TableSpec; rows: Row[] }
  | { kind: 'merge'; table: TableSpec; rows: Row[]; key: readonly string[]; merging: Merging }
  | { kind: 'run'; text: string; params: SqlValue[] }
  | { kind: 'alone'; carryOut: () => Promise<unknown> }

interface Waiting {
  lane: Lane
  wish: Wish
  resolve(answer: never): void
  reject(error: unknown): void
}

/** What one of them does alone would be done to all; a savepoint would undo what the others have done since. */
const refuse = () => Promise.reject(new NotSideBySide())
const NEVER = { settle: refuse, settleNew: refuse, savepoint: refuse }
/** What is known is told to all of them at once, so that they stay in step. */
const IN_STEP = { recall: () => undefined, keep: () => undefined }

const columnsOf = (rows: Row[]): string => Object.keys(rows[0] ?? {}).join()

/** Wishes of one name go out in one statement. */
function nameOf(wish: Wish, nth: number): string {
  switch (wish.kind) {
    case 'find':
      return `find ${wish.question.text}`
    case 'insertOne':
      return `insert one ${wish.table.name} ${columnsOf([wish.row])}`
    case 'insertUnknown':
      return `insert ${wish.table.name} ${columnsOf(wish.rows)}`
    case 'merge':
      return `merge ${wish.table.name} ${columnsOf(wish.rows)} ${wish.key.join()} ${JSON.stringify(wish.merging)}`
    case 'run':
      return `run ${wish.text}`
    case 'alone':
      return `alone ${nth}`
  }
}

/** Lets several pieces of work share one transaction: what they ask for in the same turn of the event loop, in the same
 *  words, goes out as one statement. Each finds what it would find alone as long as none writes rows that another reads;
 *  rows that are held stay with the first until it has ended. Whatever does not go throws `NotSideBySide`. */
export function createSideBySide(base: Statements & Later, dialect: Dialect) {
  let waiting: Waiting[] = []
  let isScheduled = false
  let isWorking = false
  let fault: { error: unknown } | undefined
  const holders = new Map<string, Lane>()

  function fail(error: unknown): void {
    fault ??= { error }
    const left = waiting
    waiting = []
    for (const one of left) one.reject(fault.error)
  }

  function schedule(): void {
    if (isScheduled || isWorking) return
    isScheduled = true
    // By then everybody who can go on without the database has done so.
    setImmediate(() => {
      isScheduled = false
      void work()
    })
  }

  /** True when another holds what this one wishes to hold; it is held from now on otherwise. */
  function isHeld({ lane, wish }: Waiting): boolean {
    if (wish.kind !== 'find' || !wish.question.isLocking) return false
    const key = JSON.stringify([wish.question.text, wish.question.params])
    const holder = holders.get(key)
    if (holder !== undefined && holder !== lane) return true
    holders.set(key, lane)
    return false
  }

  async function carryOut(group: Waiting[]): Promise<(() => void)[]> {
    const wishes = group.map(({ wish }) => wish)
    const [first] = wishes
    const answered = (answers: readonly unknown[]): (() => void)[] =>
      // What the wish asked for is what it is given, which makes the cast true.
      group.map((one, index) => () => one.resolve(answers[index] as never))
    switch (first?.kind) {
      case undefined:
        return []
      case 'find': {
        const questions = wishes.flatMap((wish) => (wish.kind === 'find' ? [wish.question] : []))
        return answered(await askTogether(base, dialect, questions))
      }
      case 'insertOne': {
        const rows = wishes.flatMap((wish) => (wish.kind === 'insertOne' ? [wish.row] : []))
        const ids = await insertOneEach(base, dialect, first.table, rows)
        if (ids === undefined) throw new NotSideBySide()
        return answered(ids)
      }
      case 'insertUnknown': {
        const each = wishes.map((wish) => (wish.kind === 'insertUnknown' ? wish.rows : []))
        const counts = await insertTogether(base, dialect, first.table, each)
        if (counts === undefined) throw new NotSideBySide()
        return answered(counts)
      }
      case 'merge': {
        const rows = wishes.flatMap((wish) => (wish.kind === 'merge' ? wish.rows : []))
        return answered([await base.merge(first.table, rows, first.key, first.merging)])
      }
      case 'run': {
        const changes = wishes.flatMap((wish) => (wish.kind === 'run' ? [wish.params] : []))
        const counts = await changeTogether(base, first.text, changes)
        if (counts === undefined) throw new NotSideBySide()
        return answered(counts)
      }
      case 'alone':
        return answered([await first.carryOut()])
    }
  }

  async function work(): Promise<void> {
    if (isWorking || fault !== undefined) return
    isWorking = true
    const mine = waiting.filter((one) => !isHeld(one))
    waiting = waiting.filter((one) => !mine.includes(one))
    // Everybody waits for a row that another one of them holds.
    if (mine.length === 0 && waiting.length > 0) fail(new NotSideBySide())
    const groups = new Map<string, Waiting[]>()
    for (const [nth, one] of mine.entries()) {
      const name = nameOf(one.wish, nth)
      groups.set(name, [...(groups.get(name) ?? []), one])
    }
    const answers: (() => void)[] = []
    try {
      for (const group of groups.values()) answers.push(...(await carryOut(group)))
    } catch (error) {
      for (const one of mine) one.reject(error)
      fail(error)
    }
    isWorking = false
    // Together, so that they go on in step.
    if (fault === undefined) for (const answer of answers) answer()
    if (waiting.length > 0) schedule()
  }

  function open(): Lane {
    const ask = <Answer>(wish: Wish): Promise<Answer> =>
      new Promise((resolve, reject) => {
        if (fault !== undefined) return reject(fault.error)
        waiting.push({ lane, wish, resolve: resolve as (answer: never) => void, reject })
        schedule()
      })
    const alone = <Answer>(carryOutAlone: () => Promise<Answer>): Promise<Answer> =>
      ask({ kind: 'alone', carryOut: carryOutAlone })
    const lane: Lane = {
      statements: {
        find: (question) => ask({ kind: 'find', question }),
        ...IN_STEP,
        run: (text, params) => ask({ kind: 'run', text, params }),
        insertNew: (table, rows) => alone(() => base.insertNew(table, rows)),
        insert: (table, row) => alone(() => base.insert(table, row)),
        insertOne: (table, row) => ask({ kind: 'insertOne', table, row }),
        insertUnknown: (table, rows) => ask({ kind: 'insertUnknown', table, rows }),
        merge: (table, rows, key, merging) => ask({ kind: 'merge', table, rows, key, merging }),
        // Nobody waits for them, so that they need not be joined.
        insertLater: base.insertLater,
        mergeLater: base.mergeLater,
        isToCome: base.isToCome,
        ...NEVER,
      },
      end: () => {
        for (const [key, holder] of holders) if (holder === lane) holders.delete(key)
        if (waiting.length > 0) schedule()
      },
    }
    return lane
  }

  return { open }
}

import type { RuleBook } from './rule-book.ts'

/** What is found out about a rule book, found out once: a book does not change, another takes its place. */
export function oncePerBook<Value>(find: (book: RuleBook) => Value): (book: RuleBook) => Value {
  const known = new WeakMap<RuleBook, { value: Value }>()
  return (book) => {
    const before = known.get(book) ?? { value: find(book) }
    known.set(book, before)
    return before.value
  }
}

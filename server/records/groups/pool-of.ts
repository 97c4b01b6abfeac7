import type { RuleBook } from '../../rules/book/rule-book.ts'

/** The pool that a group belongs to: named by id, or else by the longest matching beginning of its name. */
export function poolOf(book: RuleBook, group: { chatId: string; name: string }): string | undefined {
  let best: { pool: string; length: number } | undefined
  for (const { name: pool, value } of book.pools.values()) {
    if (value.groups.chatIds?.includes(group.chatId) === true) return pool
    const prefix = value.groups.namePrefix
    if (prefix === undefined || !group.name.startsWith(prefix)) continue
    if (best === undefined || prefix.length > best.length) best = { pool, length: prefix.length }
  }
  return best?.pool
}

import { oncePerBook } from './once-per-book.ts'
import type { RuleBook } from './rule-book.ts'

const poolsByScript = oncePerBook((book) => {
  const pools = new Map<string, Set<string>>()
  const add = (script: string, pool: string) => pools.set(script, (pools.get(script) ?? new Set()).add(pool))
  for (const { name, value } of book.pools.values()) if (value.script !== undefined) add(value.script, name)
  for (const { name, value } of book.scripts.values())
    for (const one of value.attachments ?? []) if ('groupQr' in one) add(name, one.groupQr)
  return pools
})

/** The group pool into which these words ask somebody: the one that is asked into with them, or whose code they carry.
 *  Undefined: none, or more than one. */
export function poolAskedBy(book: RuleBook, script: string | undefined): string | undefined {
  const pools = script === undefined ? undefined : poolsByScript(book).get(script)
  return pools?.size === 1 ? [...pools][0] : undefined
}

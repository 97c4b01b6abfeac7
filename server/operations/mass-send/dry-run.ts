import type { Db } from '../../core/db/db.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import { type AudienceDeps, readAudiencePage } from './audience-page.ts'
import { remarkOnText } from './personal-words.ts'

export interface DryRun {
  /** Customers per guide, most first. */
  guides: { userId: string; customers: number }[]
  total: number
  /** Who is kept out, by reason; `examples`: the first few external_userids. */
  excluded: { zh: string; customers: number; examples: string[] }[]
  remark: string | undefined
}

const EXAMPLES = 10

/** What a send would do at `nowMs`: writes nothing. */
export async function dryRun(db: Db, deps: AudienceDeps, send: Send, nowMs: number): Promise<DryRun> {
  const guides = new Map<string, number>()
  const excluded = new Map<string, { zh: string; customers: number; examples: string[] }>()
  const { guides: from, holdOut } = send.value
  const asked = { name: send.name, audience: send.audience, guides: from, holdOut }
  let after = ''
  for (;;) {
    const behind = after
    const page = await db.tx((tx) => readAudiencePage(tx, deps, asked, nowMs, behind))
    if (page.last === undefined) break
    after = page.last
    for (const choice of page.choices) {
      if (choice.excluded === undefined) guides.set(choice.userId, (guides.get(choice.userId) ?? 0) + 1)
      else {
        const held = excluded.get(choice.excluded.zh) ?? { zh: choice.excluded.zh, customers: 0, examples: [] }
        held.customers += 1
        if (held.examples.length < EXAMPLES) held.examples.push(choice.externalUserId)
        excluded.set(choice.excluded.zh, held)
      }
    }
  }
  const byCustomers = (a: { customers: number }, b: { customers: number }): number => b.customers - a.customers
  return {
    guides: [...guides].map(([userId, customers]) => ({ userId, customers })).sort(byCustomers),
    total: [...guides.values()].reduce((sum, count) => sum + count, 0),
    excluded: [...excluded.values()].sort(byCustomers),
    remark: remarkOnText(send.value.content.text),
  }
}

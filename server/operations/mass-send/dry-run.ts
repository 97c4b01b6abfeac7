import type { Db } from '../../core/db/db.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import { type AudienceDeps, readAudiencePage } from './audience-page.ts'
import type { ExclusionKind } from './choice.ts'
import { snapshotOfCampaign } from './dropped-out.ts'
import { remarkOnText } from './personal-words.ts'
import { priorityOfSend } from './read-rivals.ts'
import { chatTypeOf } from './send-run.ts'
import type { ChatType } from './send-states.ts'

interface Excluded {
  kind: ExclusionKind
  zh: string
  many: number
  examples: string[]
}

export interface DryRun {
  /** Whether the numbers are of customers or of groups. */
  chatType: ChatType
  /** Customers, or groups, per guide, most first. */
  guides: { userId: string; many: number }[]
  total: number
  /** Who is kept out, by reason; `examples`: the first few external_userids or chat_ids. */
  excluded: Excluded[]
  remark: string | undefined
}

const EXAMPLES = 10

/** What a send would do at `nowMs`: writes nothing. */
export async function dryRun(db: Db, deps: AudienceDeps, send: Send, nowMs: number): Promise<DryRun> {
  const guides = new Map<string, number>()
  const excluded = new Map<string, Excluded>()
  const { guides: from, holdOut } = send.value
  const chatType = chatTypeOf(send.value)
  const { name, audience, campaign: part } = send
  const campaign = part === undefined ? undefined : await db.tx((tx) => snapshotOfCampaign(tx, part))
  const once = send.occasions?.once
  const asked = { name, once, campaign, chatType, audience, guides: from, holdOut, priority: priorityOfSend(send) }
  let after = ''
  for (;;) {
    const behind = after
    const page = await db.tx((tx) => readAudiencePage(tx, deps, asked, nowMs, behind))
    if (page.last === undefined) break
    after = page.last
    for (const choice of page.choices) {
      if (choice.excluded === undefined) guides.set(choice.userId, (guides.get(choice.userId) ?? 0) + 1)
      else {
        const held = excluded.get(choice.excluded.zh) ?? { ...choice.excluded, many: 0, examples: [] }
        held.many += 1
        if (held.examples.length < EXAMPLES) held.examples.push(choice.id)
        excluded.set(choice.excluded.zh, held)
      }
    }
  }
  const mostFirst = (a: { many: number }, b: { many: number }): number => b.many - a.many
  return {
    chatType,
    guides: [...guides].map(([userId, many]) => ({ userId, many })).sort(mostFirst),
    total: [...guides.values()].reduce((sum, count) => sum + count, 0),
    excluded: [...excluded.values()].sort(mostFirst),
    remark: remarkOnText(send.value.content.text),
  }
}

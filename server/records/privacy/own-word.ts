import type { Tx } from '../../core/db/tx.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { ConsentRow, Consents } from './consents.ts'
import type { ConsentScope } from './privacy-tables.ts'
import { SCOPE_WORDS } from './scope-words.ts'

export interface OwnWordDeps {
  consents: Pick<Consents, 'record' | 'refusedNow'>
  timeline: Pick<Timeline, 'note'>
}

/** What a customer says of marketing, themselves. */
export interface OwnWord {
  refuses: boolean
  /** What they refuse; who does not refuse takes all of it. */
  scope: ConsentScope
  /** UTC milliseconds; undefined: until there is another word. */
  untilMs: number | undefined
  /** UTC milliseconds. */
  saidAtMs: number
  source: 'link' | 'word'
  /** How they said it, in the words of their timeline: 客户点退订链接. */
  how: string
  /** Begins the keys of its notes. */
  key: string
  /** They saw what they refuse so far, and chose anew: a narrower choice, or one that ends sooner, takes the place of it. Else nothing is taken
   *  back by saying no. */
  isChoice: boolean
}

const endOf = ({ until_at: untilAt }: ConsentRow): number => untilAt ?? Number.POSITIVE_INFINITY

/** Writes it into the ledger and on the timeline. Gives whether the law's word for a child stands against it. Safe to repeat. */
export async function recordOwnWord(
  tx: Tx,
  { consents, timeline }: OwnWordDeps,
  externalUserId: string,
  word: OwnWord,
): Promise<{ isChild: boolean }> {
  const { refuses, scope, untilMs, saidAtMs, source, how, key, isChoice } = word
  const before = await consents.refusedNow(tx, 'marketing', externalUserId)
  // What the law says of a child is not the child's to change.
  const own = before.filter((one) => one.source !== 'age')
  const said = { externalUserId, kind: 'marketing', source, saidAtMs } as const
  const texts: string[] = []
  // A choice takes the place of the wider one before; narrower ones were said on their own and stay.
  const over = refuses ? own.filter((one) => isChoice && one.scope === '' && scope !== '') : own
  for (const one of over) {
    if (!(await consents.record(tx, { ...said, scope: one.scope, state: 'given' }))) continue
    texts.push(`${how}，又愿意收到${SCOPE_WORDS[one.scope]}`)
  }
  const untilAt = untilMs ?? Number.POSITIVE_INFINITY
  const isCovered = before.some((one) => (one.scope === '' || one.scope === scope) && endOf(one) >= untilAt)
  if (refuses && (isChoice || !isCovered)) {
    if (await consents.record(tx, { ...said, scope, state: 'refused', untilMs })) {
      const until = untilMs === undefined ? '' : `，到 ${shanghaiText(untilMs).slice(0, 10)}`
      texts.push(`${how}，不想收到${SCOPE_WORDS[scope]}${until}`)
    }
  }
  for (const [nth, text] of texts.entries()) {
    await timeline.note(tx, {
      key: `${key}:${nth}`,
      externalUserId,
      atMs: saidAtMs,
      kind: 'customer.refusal',
      text,
    })
  }
  return { isChild: before.length > own.length }
}

import type { Db } from '../../core/db/db.ts'
import { startOfShanghaiMonth } from '../../core/kernel/shanghai.ts'
import { startOfLastDays } from '../../records/facts/days-since-sql.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import { visibleTo } from '../../records/tags/visible-to.ts'
import type { Touches } from '../../records/touches/touches.ts'
import { getsNoMarketing } from '../../rules/book/no-marketing.ts'
import type { Rule } from '../../rules/book/rule-book.ts'
import type { PolicyRule } from '../../rules/schema/policy-rule.ts'
import type { MomentRule } from '../../rules/schema/rule-files.ts'
import { readCeilings } from '../mass-send/ceiling-of.ts'

/** A customer is shown this many moments of the corp a month; of further ones nothing. WeCom's help pages say so, its interface
 *  does not. */
export const SHOWN_A_MONTH = 4

export interface PreviewDeps {
  consents: AskConsent['consents']
  touches: Pick<Touches, 'countsSince' | 'momentsSince'>
  /** A rule may still name a guide by a former userid. */
  currentIdOf: Parameters<typeof visibleTo>[1]['currentIdOf']
  guideIds: Parameters<typeof visibleTo>[1]['guideIds']
  policy: PolicyRule
  facts: Pick<CustomerFacts, 'of'>
}

export interface MomentPreview {
  /** Guides who are asked. */
  guides: number
  /** Customers who may see it when all of them publish it. */
  reach: number
  /** Of those: have been shown as many this month as WeCom shows. */
  full: number
  /** Of those: have refused marketing, get none (hold-out), have been contacted as often as policy.yaml allows. WeCom lets
   *  nobody be left out of a moment, so they see it all the same. */
  refused: number
  heldOut: number
  overCeiling: number
}

/** Whom a moment would reach at `nowMs`, as far as we know the friends and tags. Writes nothing. */
export async function previewMoment(
  db: Db,
  deps: PreviewDeps,
  { value }: Pick<Rule<MomentRule>, 'value'>,
  nowMs: number,
): Promise<MomentPreview> {
  const { policy, touches } = deps
  const ceiling = policy.contactsPerCustomer
  const seen: MomentPreview = { guides: 0, reach: 0, full: 0, refused: 0, heldOut: 0, overCeiling: 0 }
  let after = ''
  for (;;) {
    const behind = after
    const page = await db.tx(async (tx) => {
      const { guides, ids } = await visibleTo(tx, deps, { ...value, after: behind })
      const ceilingOf = ceiling === undefined ? undefined : await readCeilings(tx, deps, { ceiling, among: ids, nowMs })
      return {
        ceilingOf,
        guides,
        ids,
        moments: await touches.momentsSince(tx, ids, startOfShanghaiMonth(nowMs)),
        refused: await deps.consents.refusedAmong(tx, 'marketing', ids, 'sends'),
        had:
          ceiling === undefined
            ? new Map<string, number>()
            : await touches.countsSince(tx, ids, startOfLastDays(ceiling.days, nowMs)),
      }
    })
    const { ids, moments, refused, had, ceilingOf } = page
    seen.guides = page.guides
    seen.reach += ids.length
    seen.full += ids.filter((id) => (moments.get(id) ?? 0) >= SHOWN_A_MONTH).length
    seen.refused += refused.size
    seen.heldOut += ids.filter((id) => getsNoMarketing(policy, id)).length
    seen.overCeiling +=
      ceilingOf === undefined ? 0 : ids.filter((id) => (had.get(id) ?? 0) >= ceilingOf(id).most).length
    const last = ids.at(-1)
    if (last === undefined) return seen
    after = last
  }
}

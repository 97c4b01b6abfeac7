import type { Tx } from '../core/db/tx.ts'
import type { Clock } from '../core/kernel/clock.ts'
import type { CustomerProfile, customerQueries, Follow } from '../records/customers/customer-queries.ts'
import type { Timeline } from '../records/timeline/timeline.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { Friend } from './friend-of.ts'
import { type PageParts, pageVersion } from './page-version.ts'

export interface PageVersionDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  customers: { queries: Pick<typeof customerQueries, 'profile' | 'profilesOf' | 'follow'> }
  media: { queries: { stamp(tx: Tx): Promise<string> } }
  timeline: Pick<Timeline, 'queries'>
}

/** The versions that every open pane asks for every few seconds. */
export function createPageVersions({ clock, rules, customers, media, timeline }: PageVersionDeps) {
  /** What those of all customers have in common. */
  const common = async (tx: Tx): Promise<Pick<PageParts, 'rules' | 'media' | 'nowMs'>> => ({
    rules: rules.current().version,
    media: await media.queries.stamp(tx),
    nowMs: clock.now(),
  })

  const of = async (
    tx: Tx,
    externalUserId: string,
    known: CustomerProfile | undefined,
    follow: Follow | undefined,
  ): Promise<string> => {
    const entries = await timeline.queries.stampOf(tx, externalUserId)
    return pageVersion({ entries, known, follow, ...(await common(tx)) })
  }

  return {
    of,
    /** Four small reads. */
    one: async (tx: Tx, guide: Pick<Friend, 'userId'>, externalUserId: string): Promise<string> =>
      of(
        tx,
        externalUserId,
        await customers.queries.profile(tx, externalUserId),
        await customers.queries.follow(tx, guide.userId, externalUserId),
      ),
    /** The same for these, in their order: three reads for all of them. */
    many: async (tx: Tx, follows: readonly Follow[]): Promise<string[]> => {
      const ids = follows.map((follow) => follow.externalUserId)
      const known = await customers.queries.profilesOf(tx, ids)
      const stamps = await timeline.queries.stampsOf(tx, ids)
      const same = await common(tx)
      return follows.map((follow) => {
        const entries = stamps.get(follow.externalUserId) ?? { count: 0, newestId: undefined }
        return pageVersion({ entries, known: known.get(follow.externalUserId), follow, ...same })
      })
    },
  }
}

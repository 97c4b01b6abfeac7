import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Tags } from '../../records/tags/tags.ts'
import type { Ladder, Level } from '../../rules/book/rule-book.ts'

export interface KeepTagDeps {
  customers: { queries: Pick<Customers['queries'], 'ownerOf' | 'followsOf'> }
  tags: Pick<Tags, 'change'>
}

/** The corp tag in step with the level: on at the guide who speaks for us, off wherever another level's is. */
export function createKeepTag({ customers, tags }: KeepTagDeps) {
  return async function keepTag(
    tx: Tx,
    ladder: Ladder,
    to: Level,
    who: { externalUserId: string; key: string; reason: Reason; via?: readonly string[] | undefined },
  ) {
    const own = to.value.tag
    const others = ladder.levels.flatMap(({ value: { tag } }) => (tag === undefined || tag === own ? [] : [tag]))
    if (own === undefined && others.length === 0) return
    const { externalUserId, key, reason, via } = who
    const owner = await customers.queries.ownerOf(tx, externalUserId)
    for (const { userId, active } of await customers.queries.followsOf(tx, externalUserId)) {
      if (!active) continue
      const add = own !== undefined && userId === owner ? [own] : []
      await tags.change(tx, {
        externalUserId,
        userId,
        add,
        remove: others,
        by: 'rule',
        key: `${key}:${userId}`,
        reason,
        ...(via === undefined ? {} : { via }),
      })
    }
  }
}

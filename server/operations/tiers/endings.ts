import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Ladder } from '../../rules/book/rule-book.ts'
import { conditionZh } from '../../rules/condition/condition-zh.ts'
import type { Facts } from '../../rules/condition/fact.ts'
import type { Vocabulary } from '../../rules/vocabulary.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { endsSoon, levelOf } from './judge.ts'
import { askedFacts } from './move-text.ts'
import type { CustomerTier } from './tier-store.ts'

export interface EndingsDeps {
  clock: Clock
  vocabulary: Pick<Vocabulary, 'facts'>
  customers: { queries: Pick<Customers['queries'], 'ownerOf'> }
  tasks: Pick<Tasks, 'open' | 'close'>
}

const keyOf = ({ ladder, externalUserId }: CustomerTier, untilMs: number): string =>
  `tier-ends:${untilMs}:${externalUserId}:${ladder}`

/** Tells the guide a week before a level ends that will not be renewed, once for each end. */
export function createEndings({ clock, vocabulary, customers, tasks }: EndingsDeps) {
  return {
    warn: async (tx: Tx, ladder: Ladder, tier: CustomerTier, facts: Facts): Promise<void> => {
      const untilMs = endsSoon(ladder, tier, facts, clock.now())
      const level = levelOf(ladder, tier.level)
      if (untilMs === undefined || level?.when === undefined) return
      const { externalUserId } = tier
      const userId = await customers.queries.ownerOf(tx, externalUserId)
      if (userId === undefined) return
      const end = shanghaiText(untilMs).slice(0, 10)
      await tasks.open(tx, {
        key: keyOf(tier, untilMs),
        externalUserId,
        userId,
        kind: 'tier-ends',
        title: `「${ladder.name}」的 ${level.name} 到 ${end} 为止，提醒客户续上`,
        dueAtMs: untilMs,
        reason: {
          text: `还不符合续期的条件：${conditionZh(level.when, vocabulary.facts)}`,
          rule: { kind: 'ladder', name: ladder.name, version: ladder.version },
          facts: askedFacts(ladder, facts),
        },
      })
    },

    renewed: async (tx: Tx, tier: CustomerTier): Promise<void> => {
      if (tier.entitledUntilMs === undefined) return
      await tasks.close(tx, { key: keyOf(tier, tier.entitledUntilMs), outcome: 'done', note: '已续期' })
    },
  }
}
export type Endings = ReturnType<typeof createEndings>

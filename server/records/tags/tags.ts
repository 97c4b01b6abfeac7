import type { Db } from '../../core/db/db.ts'
import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { StoredEvent } from '../../engine/inbox/event-kind.ts'
import { subscribe } from '../../engine/inbox/subscription.ts'
import { TagCreate, TagDelete, TagShuffle, TagUpdate } from '../../platform/wecom/callback/callback-events.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { Alerts } from '../alerts/alerts.ts'
import { CustomerAccepted, CustomerAdded, CustomerHandedOver, CustomerLost } from '../customers/customer-events.ts'
import { isPair } from '../customers/is-pair.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { createChangeTags } from './change-tags.ts'
import { handOverTags } from './follow-tag-store.ts'
import { createMarkAgain } from './mark-again.ts'
import { createRecordSeen } from './seen-tags.ts'
import { createTagLibrary } from './tag-library.ts'
import { tagQueries } from './tag-queries.ts'
import { FOLLOW_TAG } from './tag-tables.ts'

export interface TagsDeps {
  wecom: Pick<Wecom, 'tags' | 'strategyTags'>
  clock: Clock
  outbox: Outbox
  emit: Emit
  timeline: Timeline
  rules: RuleBookHolder
  alerts: Alerts
  log: Pick<Logger, 'warn'>
  db: Pick<Db, 'tx' | 'statement'>
}

/** Corp tags and those of strategies: the library, and who put which tag on which customer, and why. */
export function createTags(deps: TagsDeps) {
  const library = createTagLibrary(deps)
  const changes = createChangeTags({ ...deps, library })
  deps.rules.onChange(() => {
    // The job comes round anyway.
    library
      .keep()
      .catch((error: unknown) => deps.log.warn({ err: describeError(error) }, 'tags not kept after a rule change'))
  })

  /** The tags of the channel through which the customer came, `round` telling one friendship's tries apart. */
  async function putChannelTags(
    tx: Tx,
    event: StoredEvent<{ externalUserId: string; userId: string; channel: string | null; addedAtMs: number }>,
    round: string,
  ): Promise<void> {
    const { externalUserId, userId, channel, addedAtMs } = event.payload
    const rule = channel === null ? undefined : deps.rules.current().channels.get(channel)
    if (rule === undefined) return
    await changes.change(tx, {
      externalUserId,
      userId,
      add: rule.value.tags ?? [],
      by: 'rule',
      key: `channel:${round}:${externalUserId}:${userId}:${addedAtMs}`,
      reason: {
        text: `通过渠道「${rule.name}」添加`,
        rule: { kind: 'channel', name: rule.name, version: rule.version },
        eventId: event.id,
      },
    })
  }

  const readAgain = async (tx: Tx, event: StoredEvent): Promise<void> => {
    await library.askForListing(tx, event.dedupeKey, '企业微信里的标签库有变化')
  }

  return {
    queries: tagQueries,
    change: changes.change,
    changeAll: changes.changeAll,
    /** Those of these (组/名) that are neither in WeCom nor in the rule book. */
    unknownAmong: async (tx: Tx, paths: string[]): Promise<string[]> => {
      const known = await tagQueries.byPath(tx, paths)
      return paths.filter((path) => !known.has(path) && !library.isWanted(path))
    },
    recordSeen: createRecordSeen({ ...deps, library }),
    /** For the sync: the whole library as WeCom has it, and what of it was other here. */
    read: library.read,
    askForListing: library.askForListing,
    recordListing: library.recordListing,
    subscriptions: [
      subscribe('tags.channel', CustomerAdded, (tx, event) => putChannelTags(tx, event, 'added'), { sideBySide: true }),
      // While the guide had not accepted, WeCom refused to tag the pair.
      subscribe('tags.channel-accepted', CustomerAccepted, (tx, event) => putChannelTags(tx, event, 'accepted')),
      subscribe('tags.lost', CustomerLost, async (tx, { payload }) => {
        // Who deletes a customer deletes the tags; a customer who leaves by himself keeps them at the guide.
        if (payload.by === 'customer') return
        await tx.run(
          sql`DELETE FROM ${FOLLOW_TAG} WHERE ${isPair(FOLLOW_TAG, payload)} AND ${FOLLOW_TAG.set_at} <= ${payload.lostAtMs}`,
        )
      }),
      subscribe('tags.hand-over', CustomerHandedOver, (tx, { payload }) => handOverTags(tx, payload)),
      subscribe('tags.created', TagCreate, readAgain),
      subscribe('tags.updated', TagUpdate, readAgain),
      subscribe('tags.deleted', TagDelete, readAgain),
      subscribe('tags.shuffled', TagShuffle, readAgain),
    ],
    executors: [...library.executors, changes.executor],
    jobs: [library.job, createMarkAgain({ ...deps, change: changes.change })],
  }
}
export type Tags = ReturnType<typeof createTags>

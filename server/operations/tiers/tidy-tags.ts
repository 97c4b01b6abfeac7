import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { TagChange } from '../../records/tags/queue-tag-changes.ts'
import type { Tags } from '../../records/tags/tags.ts'
import type { Ladder } from '../../rules/book/rule-book.ts'
import { type SurplusTag, surplusTags } from './double-tagged.ts'

export interface TidyTagsDeps {
  clock: Clock
  tags: Pick<Tags, 'changeAll'>
  alerts: Pick<Alerts, 'raise' | 'resolve'> & { queries: Pick<Alerts['queries'], 'openAmong'> }
}

/** Takes off what belongs to levels on which the customers are not. `by`: `guide` also takes off what was put on by hand. */
export const tidyingOf = (
  ladder: Ladder,
  surplus: readonly SurplusTag[],
  { by, nowMs }: { by: 'rule' | 'guide'; nowMs: number },
): TagChange[] =>
  surplus.map(({ externalUserId, userId, path, level }) => ({
    ...{ externalUserId, userId, by, remove: [path] },
    key: `tier:tidy:${by}:${shanghaiText(nowMs).slice(0, 10)}:${externalUserId}:${userId}:${path}`.slice(0, 180),
    reason: {
      text: `「${ladder.name}」是 ${level}，一位客户只留一级的标签`,
      rule: { kind: 'ladder', name: ladder.name, version: ladder.version },
    },
  }))

/** Once a night: one tag of a ladder on one customer. What a rule has left behind is taken off. What a person has put on is
 *  not: the ladder may know less than they do, of a shop that tagged by hand before it had a ladder nearly everything is such
 *  a tag, and it cannot be had back. A person is told instead, and takes them all off with one command. */
export function createTidyTags({ clock, tags, alerts }: TidyTagsDeps) {
  return async function tidyTags(tx: Tx, ladder: Ladder): Promise<void> {
    const surplus = await surplusTags(tx, ladder)
    const ours = surplus.filter(({ setBy }) => setBy === 'rule')
    await tags.changeAll(tx, tidyingOf(ladder, ours, { by: 'rule', nowMs: clock.now() }))
    const byHand = new Set(surplus.filter(({ setBy }) => setBy !== 'rule').map(({ externalUserId }) => externalUserId))
    const key = `tiers.double-tags:${ladder.name}`
    if (byHand.size === 0) {
      if ((await alerts.queries.openAmong(tx, [key])).size > 0) await alerts.resolve(tx, key)
      return
    }
    await alerts.raise(tx, {
      key,
      text: `「${ladder.name}」有 ${byHand.size} 位客户带着两级的标签，其中一个是人工打的：按标签写的规则会算错`,
      todo: `npm run -s tiers -- list ${ladder.name} 看是谁；npm run -s tiers -- tidy ${ladder.name} 只留他们现在那一级的`,
    })
  }
}

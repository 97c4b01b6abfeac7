import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { createEndTask } from '../tasks/end-task.ts'
import { taskQueries } from '../tasks/task-queries.ts'
import { haltedKey } from './grant-desk.ts'
import { type Grant, grantStore } from './grant-store.ts'
import { type GrantNews, giftText, grantLine } from './grant-text.ts'

/** After so long without another no it is forgotten. */
const REFUSED_FOR_MS = 7 * DAY_MS

export interface EndGrantDeps {
  clock: Clock
  alerts: Pick<Alerts, 'raise' | 'resolve'>
  timeline: Pick<Timeline, 'note'>
  rules: { current(): Pick<RuleBook, 'shops'> }
}

/** Under which it stands in the alerts that a shop refuses a gift to everybody. */
export const refusedKey = ({ shop, gift }: Pick<Grant, 'shop' | 'gift'>): string =>
  `grants.refused:${shop}:${gift.kind === 'coupon' ? gift.coupon : 'points'}`

/** Of the to-do that asks the guide to have the customer order. */
export const taskKey = ({ id }: Pick<Grant, 'id'>): string => `grant:${id}`

export type GrantEnd = Exclude<GrantNews, { kind: 'waits' }>

/** Writes down what became of a grant: in its row, for the guide, and for ops where a person has to look; the guide's to-do about it is over. */
export function createEndGrant({ clock, alerts, timeline, rules }: EndGrantDeps) {
  const endTask = createEndTask({ clock, timeline })
  const shopName = (id: string): string =>
    [...rules.current().shops.values()].find(({ value }) => value.id === id)?.value.shop ?? id

  /** What a person has to look at, as long as there is any. */
  async function tellOperators(tx: Tx, shop: string): Promise<void> {
    const many = await grantStore.unsureAt(tx, shop)
    const key = `grants.unsure:${shop}`
    if (many === 0) await alerts.resolve(tx, key)
    else
      await alerts.raise(tx, {
        key,
        text: `「${shopName(shop)}」有 ${many} 份券或积分不知道发出去没有，没有再发`,
        todo: '运行 npm run -s shops -- grants 看是哪些；到店铺后台查过以后，用 npm run -s shops -- settle 说明发了没有',
      })
  }

  /** Guides cannot add to the stock of a coupon; and who was refused gets nothing by itself when somebody has. */
  const tellRefused = (tx: Tx, grant: Grant, why: string): Promise<boolean> =>
    alerts.raise(tx, {
      key: refusedKey(grant),
      text: `「${shopName(grant.shop)}」不让发${giftText(grant)}：${why}`,
      todo: `到店铺后台改好，再运行 npm run -s shops -- again ${grant.shop}，没发成的会再发一次`,
      lapseAtMs: clock.now() + REFUSED_FOR_MS,
    })

  /** The line as the guide reads it. */
  async function tell(tx: Tx, grant: Grant, news: GrantNews): Promise<string> {
    const { id, externalUserId, userId, reason } = grant
    const text = grantLine(grant, shopName(grant.shop), news)
    // What was unsure may be settled later: each news once.
    const key = `grant:${id}:${news.kind}`
    await timeline.note(tx, { key, externalUserId, userId, kind: `grant.${news.kind}`, text, reason })
    return text
  }

  return {
    shopName,
    tell,
    /** Undefined: it has ended already. */
    end: async (tx: Tx, grant: Grant, news: GrantEnd): Promise<string | undefined> => {
      const why = news.kind === 'given' ? undefined : news.why
      if (!(await grantStore.end(tx, grant.id, { state: news.kind, why, nowMs: clock.now() }))) return undefined
      await tellOperators(tx, grant.shop)
      if (news.kind === 'given') await alerts.resolve(tx, haltedKey(grant.shop))
      if (news.kind === 'refused' && news.isOfGift === true) await tellRefused(tx, grant, news.why)
      const text = await tell(tx, grant, news)
      const outcome = news.kind === 'given' ? 'done' : 'dropped'
      if (grant.asksGuide) await endTask(tx, await taskQueries.byKey(tx, taskKey(grant)), { outcome, note: text })
      return text
    },
  }
}

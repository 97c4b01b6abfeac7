import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { factsOfGroup } from '../../records/groups/facts-of-group.ts'
import type { Group } from '../../records/groups/group-queries.ts'
import type { TouchReading } from '../../records/touches/touches.ts'
import { holds } from '../../rules/condition/holds.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import type { AudiencePage } from './choice.ts'
import { chooseGroups } from './choose-groups.ts'
import { type Ceiling, contactsOf } from './contact-ceiling.ts'
import { monthlyLimit, receivedThisMonth } from './monthly-limit.ts'

/** What the audience needs from those who know the groups. */
export interface GroupAudienceDeps {
  page(tx: ReadTx, page: { after: string; limit: number }): Promise<Group[]>
  /** Which of these members have left. */
  leftAmong(tx: ReadTx, userIds: readonly string[]): Promise<ReadonlySet<string>>
  ceiling: () => Ceiling
  touches: TouchReading
  /** The corp's own limit per group and month; undefined: the platform's, the days of the month. */
  perMonth: number | undefined
}

/** Groups per transaction. */
const PAGE = 500

/** The next page of the groups of a send, by chat_id, with what is to happen to each. Reads only. */
export async function readGroupPage(
  tx: Tx,
  deps: GroupAudienceDeps,
  audience: Condition,
  nowMs: number,
  after: string,
): Promise<AudiencePage> {
  const groups = await deps.page(tx, { after, limit: PAGE })
  const wanted = groups.filter((group) => holds(audience, factsOfGroup(group, nowMs)))
  const ids = wanted.map(({ chatId }) => chatId)
  const owners = [...new Set(wanted.flatMap(({ owner }) => owner ?? []))]
  const choices = chooseGroups(wanted, {
    received: await receivedThisMonth(tx, 'group', ids, nowMs),
    perGroup: monthlyLimit(nowMs, deps.perMonth),
    contacts: await contactsOf(tx, deps, { ids, nowMs, chatType: 'group' }),
    left: await deps.leftAmong(tx, owners),
  })
  return { choices, last: groups.at(-1)?.chatId }
}

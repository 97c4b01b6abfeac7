import { VOCABULARY } from '../capabilities/vocabulary.ts'
import type { Tx } from '../core/db/tx.ts'
import type { Clock } from '../core/kernel/clock.ts'
import type { sendQueries } from '../operations/mass-send/send-queries.ts'
import type { customerQueries } from '../records/customers/customer-queries.ts'
import type { CustomerFacts } from '../records/facts/facts.ts'
import type { Group, groupQueries } from '../records/groups/group-queries.ts'
import type { Media } from '../records/media/media.ts'
import type { orderQueries } from '../records/orders/order-queries.ts'
import type { AskConsent } from '../records/privacy/consents.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import { seesAll } from '../records/staff/standing.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import { conditionZh } from '../rules/condition/condition-zh.ts'
import { factPaths } from '../rules/condition/parse-condition.ts'
import type { GroupPane } from './contract.ts'
import type { Person } from './friend-of.ts'
import { groupPeople } from './group-people.ts'
import { groupToday, plannedToday } from './group-today.ts'
import { scriptViews } from './script-view.ts'

export interface GroupPaneDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  facts: Pick<CustomerFacts, 'of'>
  groups: { queries: Pick<typeof groupQueries, 'get' | 'membersOf' | 'poolsOf'> }
  customers: { queries: Pick<typeof customerQueries, 'namesOf' | 'ownersOf' | 'friendIdsOf'> }
  orders: { queries: Pick<typeof orderQueries, 'paidSums'> }
  staff: { queries: Pick<typeof staffQueries, 'nameOf' | 'get'> }
  privacy: AskConsent
  media: Pick<Media, 'chatMessages' | 'sizeOf'>
  massSend: { queries: Pick<typeof sendQueries, 'ofGroup'> }
}

const ROLES: Record<string, string> = { education: '科普群', paid: '付费群', vip: 'VIP 群', other: '其他' }

/** What stands beside a customer group. What is said in it WeCom tells nobody without the message archive, so nothing here
 *  rests on that. */
export function createGroupPane(deps: GroupPaneDeps) {
  const { clock, rules, facts, groups, customers, orders, staff, privacy, media, massSend } = deps

  /** Whose numbers this person may see: one's own friends, those of the guides one leads, everybody's. */
  async function seenBy(tx: Tx, { standing }: Person, own: ReadonlySet<string>, ids: string[]): Promise<Set<string>> {
    if (seesAll(standing)) return new Set(ids)
    const seen = new Set(ids.filter((id) => own.has(id)))
    if (standing.leads.size === 0) return seen
    const owners = await customers.queries.ownersOf(tx, ids)
    const led = new Map<string, boolean>()
    for (const userId of new Set(owners.values())) {
      const member = await staff.queries.get(tx, userId)
      led.set(userId, member?.departments.some((id) => standing.leads.has(id)) === true)
    }
    for (const [id, userId] of owners) if (led.get(userId) === true) seen.add(id)
    return seen
  }

  return async function groupPane(tx: Tx, person: Person, group: Group): Promise<GroupPane> {
    const nowMs = clock.now()
    const book = rules.current()
    const members = await groups.queries.membersOf(tx, group.chatId)
    const inside = members.filter((one) => !one.isStaff)
    const ids = inside.map((one) => one.memberId)
    const owners = await customers.queries.ownersOf(tx, ids)
    const met = ids.filter((id) => owners.has(id))
    const pools = [...book.pools.values()]
    const pool = group.pool === undefined ? undefined : book.pools.get(group.pool)
    const paths = [...new Set(pools.flatMap((one) => factPaths(one.entry)))]
    const friends = new Set(await customers.queries.friendIdsOf(tx, person.userId))
    const own = new Set(person.standing.isGuide ? ids.filter((id) => friends.has(id)) : [])
    const seen = await seenBy(tx, person, own, met)
    // Nobody is judged who does not want to be.
    const refused = await privacy.consents.refusedAmong(tx, 'profiling', met)
    for (const id of refused) seen.delete(id)
    const found = await facts.of(tx, met, nowMs, paths)
    const people = groupPeople({
      chatId: group.chatId,
      nowMs,
      customers: inside,
      pool,
      pools,
      facts: new Map(met.map((id) => [id, found.get(id) ?? new Map()])),
      places: await groups.queries.poolsOf(tx, ids),
      paidFen: await orders.queries.paidSums(tx, [...seen]),
      names: await customers.queries.namesOf(tx, met),
      seen,
      own,
      shapes: VOCABULARY.facts,
    })
    const planned = plannedToday(book.sends.values(), group, nowMs)
    const became = await massSend.queries.ofGroup(tx, group.chatId, {
      names: planned.map(({ name }) => name),
      days: planned.map(({ date }) => date),
    })
    const said = (pool?.value.groupScripts ?? []).flatMap((id) => book.scripts.get(id) ?? [])
    return {
      chatId: group.chatId,
      name: group.name,
      pool:
        pool === undefined
          ? null
          : {
              name: pool.name,
              role: ROLES[pool.value.role] ?? pool.value.role,
              entry: conditionZh(pool.entry, VOCABULARY.facts),
              capacity: pool.value.capacity,
            },
      owner:
        group.owner === undefined
          ? null
          : {
              name: (await staff.queries.nameOf(tx, group.owner)) ?? group.owner,
              isMe: group.owner === person.userId,
            },
      createdAtMs: group.createdAtMs ?? null,
      members: members.length,
      customers: inside.length,
      ...people,
      scripts: await scriptViews(tx, media, said),
      today: groupToday(planned, became, { nowMs, isOwner: group.owner === person.userId }),
    }
  }
}

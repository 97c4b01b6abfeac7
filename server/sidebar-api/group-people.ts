import { DAY_MS } from '../core/kernel/shanghai.ts'
import { askedFacts } from '../operations/routing/asked-facts.ts'
import { factsText } from '../operations/sop/model/facts-text.ts'
import type { GroupMember } from '../records/groups/group-queries.ts'
import type { Pool } from '../rules/book/rule-book.ts'
import type { FactShape, Facts } from '../rules/condition/fact.ts'
import { holds } from '../rules/condition/holds.ts'
import type { GroupPane, GroupPeople, GroupPerson } from './contract.ts'

/** What is known of the customers in one group. Sums in fen, instants in UTC milliseconds. */
export interface GroupKnown {
  chatId: string
  nowMs: number
  /** Customers only, the oldest membership first. */
  customers: readonly GroupMember[]
  /** The pool of the group; undefined: none. */
  pool: Pool | undefined
  pools: readonly Pool[]
  /** Only of those who are known at all. */
  facts: ReadonlyMap<string, Facts>
  /** Their groups that belong to pools, this one included. */
  places: ReadonlyMap<string, readonly { pool: string; chatId: string; name: string }[]>
  paidFen: ReadonlyMap<string, number>
  /** Names as WeCom tells friends. */
  names: ReadonlyMap<string, string>
  /** Whom whoever asks may see. */
  seen: ReadonlySet<string>
  /** Whose chat whoever asks can open. */
  own: ReadonlySet<string>
  shapes: readonly FactShape[]
}

const SHOWN = 20
const BEST_SHOWN = 5
const NEW_DAYS = 7
const JOINED: Record<number, string> = { 1: '成员邀请', 2: '邀请链接', 3: '扫群二维码' }

type People = Pick<GroupPane, 'outside' | 'elsewhere' | 'duplicates' | 'newcomers' | 'best' | 'strangers'>

/** Who in a group wants looking at, and why. Pure. Somebody of whom nothing is known counts as a stranger and is judged by no
 *  condition: most of them are other people's customers or nobody's. */
export function groupPeople(known: GroupKnown): People {
  const { customers, pool, chatId, nowMs } = known
  const met = customers.filter(({ memberId }) => known.facts.has(memberId))
  const is = (id: string, one: Pool): boolean => holds(one.entry, known.facts.get(id) ?? new Map())
  const others = known.pools.filter((one) => one.name !== pool?.name && one.value.inviteOn !== undefined)
  /** Pools whose condition somebody meets and in none of whose groups they are. */
  const missedBy = (id: string): string[] =>
    others
      .filter((one) => is(id, one) && known.places.get(id)?.some((place) => place.pool === one.name) !== true)
      .map((one) => `「${one.name}」`)

  const twice = (id: string): string[] =>
    pool === undefined
      ? []
      : (known.places.get(id) ?? [])
          .filter((place) => place.pool === pool.name && place.chatId !== chatId)
          .map((place) => `「${place.name || '未命名的群'}」`)

  const since = nowMs - NEW_DAYS * DAY_MS
  const outside = pool === undefined ? undefined : met.filter(({ memberId }) => !is(memberId, pool))
  const fresh = customers.filter(({ joinedAtMs }) => joinedAtMs >= since).reverse()
  const spent = ({ memberId }: GroupMember): number =>
    known.seen.has(memberId) ? (known.paidFen.get(memberId) ?? 0) : 0
  const best = met.filter((one) => spent(one) > 0).sort((a, b) => spent(b) - spent(a))

  const listed = (
    members: readonly GroupMember[],
    textOf: (one: GroupMember) => string,
    most = SHOWN,
  ): GroupPeople => ({
    total: members.length,
    people: members.slice(0, most).map((one) => personOf(known, one, textOf(one))),
  })
  return {
    strangers: customers.length - met.length,
    outside: outside === undefined ? null : listed(outside, ({ memberId }) => shortText(known, memberId)),
    elsewhere: listed(
      met.filter(({ memberId }) => missedBy(memberId).length > 0),
      ({ memberId }) => `够进${missedBy(memberId).join('、')}了，还没进`,
    ),
    duplicates: listed(
      customers.filter(({ memberId }) => twice(memberId).length > 0),
      ({ memberId }) => `也在${twice(memberId).join('、')}`,
    ),
    newcomers: listed(fresh, (one) => newText(one, nowMs)),
    best: listed(best, (one) => `累计实付 ¥${Math.round(spent(one) / 100).toLocaleString('en-US')}`, BEST_SHOWN),
  }
}

/** What they have of what is asked; of a colleague's customer only that it is not enough. */
function shortText({ pool, facts, seen, shapes }: GroupKnown, memberId: string): string {
  const own = facts.get(memberId)
  if (pool === undefined || own === undefined || !seen.has(memberId)) return '不符合'
  return factsText(askedFacts(pool.entry, own), shapes) || '不符合'
}

const personOf = (known: GroupKnown, { memberId, name }: GroupMember, text: string): GroupPerson => ({
  externalUserId: known.own.has(memberId) ? memberId : null,
  name: name ?? known.names.get(memberId) ?? null,
  text,
})

function newText({ joinedAtMs, joinScene }: GroupMember, nowMs: number): string {
  const days = Math.floor((nowMs - joinedAtMs) / DAY_MS)
  const how = JOINED[joinScene ?? 0]
  return `${days <= 0 ? '一天之内' : `${days} 天前`}进群${how === undefined ? '' : `，${how}`}`
}

import type { Tx } from '../core/db/tx.ts'
import type { customerQueries, Follow } from '../records/customers/customer-queries.ts'
import type { LostBy } from '../records/customers/event-source.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import { type Standing, seesAll } from '../records/staff/standing.ts'

export interface FriendOfDeps {
  staff: { queries: Pick<typeof staffQueries, 'get'> }
  customers: { queries: Pick<typeof customerQueries, 'followsOf'> }
}

/** Who is at the screen. */
export interface Person {
  userId: string
  name: string
  standing: Standing
}

/** Whose friend the customer is, and who asks. */
export interface Friend {
  userId: string
  name: string
  /** The guide, or who stands in: a lead, ops, the owner. */
  person: Person
  /** `林夏`, or `陈浩替林夏`. */
  words: string
  stands: Stands
  /** The friendship that is over, where it is: nothing of what came after it may be seen. */
  lost: Lost | undefined
}

/** How somebody stands to a customer: the friend, the lead of the friend's department, one who only looks, or one who looks
 *  at a friendship that has ended. */
export type Stands = 'friend' | 'lead' | 'onlooker' | 'former'

/** How a friendship ended that nobody took over. */
export interface Lost {
  by: Exclude<LostBy, 'transfer'>
  /** UTC milliseconds. */
  atMs: number
}

/** Whose customer it is, by who asks. */
export function createFriendOf({ staff, customers }: FriendOfDeps) {
  /** Of these the one in whose place a lead or whoever sees all may look; those of the own departments before others. */
  async function inPlaceOf(
    tx: Tx,
    person: Person,
    follows: readonly Follow[],
  ): Promise<Omit<Friend, 'lost'> | undefined> {
    const { name, standing } = person
    if (standing.leads.size === 0 && !seesAll(standing)) return undefined
    let seen: Omit<Friend, 'lost'> | undefined
    for (const follow of follows) {
      const friend = await staff.queries.get(tx, follow.userId)
      const friendName = friend?.name ?? follow.userId
      const found = { userId: follow.userId, name: friendName, person, words: `${name}替${friendName}` }
      if (friend?.departments.some((id) => standing.leads.has(id)) === true) return { ...found, stands: 'lead' }
      if (seesAll(standing)) seen ??= { ...found, stands: 'onlooker' }
    }
    return seen
  }

  /** The guide whose customer this is, or was until one of the two ended it, as far as this person may know. */
  return async function friendOf(tx: Tx, person: Person, externalUserId: string): Promise<Friend | undefined> {
    const { userId, name, standing } = person
    const own = { userId, name, person, words: name }
    // The newest friend first, those of now before those of former times.
    const follows = await customers.queries.followsOf(tx, externalUserId)
    if (standing.isGuide && follows.some((follow) => follow.active && follow.userId === userId)) {
      return { ...own, stands: 'friend', lost: undefined }
    }
    const found = await inPlaceOf(
      tx,
      person,
      follows.filter((follow) => follow.active),
    )
    if (found !== undefined) return { ...found, lost: undefined }
    const over = follows.flatMap((follow) => {
      const lost = lossOf(follow)
      return lost === undefined ? [] : [{ ...follow, lost }]
    })
    const mine = over.find((follow) => follow.userId === userId)
    if (standing.isGuide && mine !== undefined) return { ...own, stands: 'former', lost: mine.lost }
    const theirs = await inPlaceOf(tx, person, over)
    const follow = over.find((one) => one.userId === theirs?.userId)
    return theirs === undefined ? undefined : { ...theirs, stands: 'former', lost: follow?.lost }
  }
}

/** What was handed over is the new guide's; what ended by one of the two has its history. */
function lossOf({ active, lostBy, lostAtMs }: Follow): Lost | undefined {
  if (active || lostAtMs === undefined || lostBy === 'transfer') return undefined
  return { by: lostBy ?? 'unknown', atMs: lostAtMs }
}

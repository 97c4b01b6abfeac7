import type { FastifyRequest } from 'fastify'
import type { Db } from '../core/db/db.ts'
import type { Tx } from '../core/db/tx.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { inSets } from '../core/kernel/in-sets.ts'
import type { Audit } from '../records/audit/audit.ts'
import type { customerQueries, Follow } from '../records/customers/customer-queries.ts'
import { pairOf } from '../records/customers/relation.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import type { Friend } from './friend-of.ts'
import { keptSessions } from './kept-sessions.ts'
import type { Session } from './session.ts'

export interface PlainFriendsDeps {
  clock: Clock
  staff: { queries: Pick<typeof staffQueries, 'renamedAmong' | 'among'> }
  customers: { queries: Pick<typeof customerQueries, 'friendsWith'> }
}

export interface FriendAsked {
  login: NonNullable<ReturnType<Session['of']>>
  externalUserId: string
}

/** Who of many is plainly the friend of the customer they ask about, by a few statements for all: an open session of a guide
 *  who is here and was never renamed, and a friendship that stands. Undefined says nothing against anybody: access.ts looks at
 *  them one by one, and knows leads, former friends and what to say. */
export const createPlainFriends =
  ({ clock, staff, customers }: PlainFriendsDeps) =>
  async (tx: Tx, asks: readonly FriendAsked[]): Promise<(Follow | undefined)[]> => {
    const isOpen = await keptSessions.openAmong(
      tx,
      asks.map(({ login }) => login.id),
      clock.now(),
    )
    const userIds = [...new Set(asks.map(({ login }) => login.userId))]
    const renamed = await staff.queries.renamedAmong(tx, userIds)
    const members = await staff.queries.among(tx, userIds)
    const pairs = asks.map(({ login, externalUserId }) => ({ userId: login.userId, externalUserId }))
    const follows = await customers.queries.friendsWith(tx, pairs)
    return asks.map(({ login }, at) => {
      const member = members.get(login.userId)
      const pair = pairs[at]
      if (member === undefined || pair === undefined || renamed.has(login.userId)) return undefined
      const isHere = member.state === 'active' && member.unseenAtMs === undefined && member.isGuide
      // A userid that was given up may be somebody else's by now.
      const isSame = member.knownAtMs <= login.begunAtMs
      return isOpen.has(login.id) && isHere && isSame ? follows.get(pairOf(pair)) : undefined
    })
  }

export interface InSetsDeps extends PlainFriendsDeps {
  db: Pick<Db, 'tx'>
  session: Pick<Session, 'of'>
  audit: Pick<Audit, 'saw'>
  /** Requests whose scope was looked at. */
  checked: WeakSet<FastifyRequest>
  withCustomer<Answer>(request: Asking, one: One<Answer>): Promise<Answer>
}

type Asking = FastifyRequest<{ Params: { externalUserId: string } }>
type One<Answer> = (tx: Tx, guide: Friend, externalUserId: string) => Promise<Answer>

/** Nobody waits for what an open page asks by itself. */
const SETS = { withinMs: 400, most: 250 }

/** To look at one customer, for what every open page asks all the time: those who ask within a moment are answered by one
 *  transaction, with a few statements for all of them. Whoever is not plainly the friend is looked at by `withCustomer`, and
 *  throws as that does. */
export function createAskInSets({ db, session, audit, checked, withCustomer, ...deps }: InSetsDeps) {
  const plainFriends = createPlainFriends(deps)

  return <Answer>(many: (tx: Tx, friends: Follow[]) => Promise<Answer[]>, one: One<Answer>) => {
    const answered = inSets<FriendAsked, { answer: Answer } | undefined>({
      ...SETS,
      answer: (asks) =>
        db.tx(async (tx) => {
          const found = await plainFriends(tx, asks)
          const friends = found.flatMap((follow) => follow ?? [])
          const answers = new Map((await many(tx, friends)).map((answer, at) => [friends[at], answer]))
          return found.map(
            (follow) => (follow === undefined ? undefined : { answer: answers.get(follow) as Answer }), // one for each
          )
        }),
    })
    return async (request: Asking): Promise<Answer> => {
      const { externalUserId } = request.params
      const login = session.of(request)
      const found = login === undefined ? undefined : await answered({ login, externalUserId })
      if (login === undefined || found === undefined) return withCustomer(request, one)
      checked.add(request)
      const by = { actor: login.userId, actorKind: 'member', origin: request.ip } as const
      audit.saw({ ...by, customer: externalUserId, what: 'sidebar.seen', detail: {} })
      return found.answer
    }
  }
}

import type { FastifyRequest } from 'fastify'
import type { Db } from '../core/db/db.ts'
import type { Tx } from '../core/db/tx.ts'
import { AppError, codeOf } from '../core/kernel/app-error.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { HOUR_MS } from '../core/kernel/shanghai.ts'
import type { Scope } from '../engine/http/scope.ts'
import type { Audit } from '../records/audit/audit.ts'
import { noteAudit } from '../records/audit/audit-notes.ts'
import type { Customers } from '../records/customers/customers.ts'
import type { Group, groupQueries } from '../records/groups/group-queries.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import { type Standing, seesAll, seesAudit, seesCustomers } from '../records/staff/standing.ts'
import type { Standings } from '../records/staff/standings.ts'
import { createAskInSets, type PlainFriendsDeps } from './ask-in-sets.ts'
import { changeName } from './change-name.ts'
import { createFriendOf, type Friend, type FriendOfDeps, type Person, type Stands } from './friend-of.ts'
import type { Refusals } from './refusals.ts'
import type { Session } from './session.ts'
import { whoAsks } from './who-asks.ts'

export interface AccessDeps extends FriendOfDeps {
  db: Db
  session: Session
  clock: Clock
  standings: Standings
  audit: Pick<Audit, 'saw'>
  staff: PlainFriendsDeps['staff'] & { queries: Pick<typeof staffQueries, 'get'> }
  customers: FriendOfDeps['customers'] & PlainFriendsDeps['customers'] & Pick<Customers, 'refresh'>
  refusals: Pick<Refusals, 'notYours'>
  groups: { queries: Pick<typeof groupQueries, 'get' | 'membersOf'> }
}

export interface Guide extends Friend {
  /** Says what was there before a change, for the audit. */
  was(before: Record<string, unknown>): void
}

const loginNeeded = (): AppError =>
  new AppError('sidebar.login-needed', 'no valid session', { status: 401, zh: '登录已过期，请重新登录。' })

const noRole = (): AppError =>
  new AppError('sidebar.no-role', 'the role does not reach so far', {
    status: 403,
    zh: '你的角色看不了这里；需要的话，请管理员在 roles.yaml 里加上。',
  })

const readOnly = (): AppError =>
  new AppError('sidebar.read-only', 'may look at this customer and change nothing', {
    status: 403,
    zh: '你可以查看这位客户，不能改。',
  })

const onlyLeads = (): AppError =>
  new AppError('sidebar.read-only', 'only the lead of the friend’s department may', {
    status: 403,
    zh: '这一步只有店长能做。',
  })

/** A group that does not exist is answered word for word like one of other people's. */
const notYourGroup = (): AppError =>
  new AppError('sidebar.not-your-group', 'not in this group, nor the lead of its owner', {
    status: 403,
    zh: '这个群你看不了：你不在群里，群主也不在你带的门店；刚建的群，过一分钟再打开。',
  })

const noFriend = (): AppError =>
  new AppError('sidebar.read-only', 'the friendship is over', {
    status: 403,
    zh: '你们已经不是好友，这位客户现在只能看，不能改。',
  })

/** Who may see what. Every route of the sidebar runs its work through one of these, in one transaction with it: by the scope
 *  that the route declares, never by one of the handler's own. */
export function createAccess({ db, session, clock, standings, staff, customers, audit, refusals, groups }: AccessDeps) {
  const friendOf = createFriendOf({ staff, customers })
  /** Requests whose scope was looked at. */
  const checked = new WeakSet<FastifyRequest>()

  async function personOf(tx: Tx, request: FastifyRequest): Promise<Person> {
    const login = session.of(request)
    const asks = login === undefined ? undefined : await whoAsks(tx, login, clock.now())
    const standing = asks === undefined ? undefined : await standings.of(tx, asks.member, asks.formerIds)
    if (asks === undefined || standing === undefined) throw loginNeeded()
    const { member } = asks
    return { userId: member.userId, name: member.name ?? member.userId, standing }
  }

  /** A callback may have been lost, or be on its way: WeCom knows whose friend this is. Once an hour. */
  const lookUp = (userId: string, externalUserId: string): Promise<void> =>
    db.tx((tx) =>
      customers.refresh(tx, {
        externalUserId,
        key: `pane:${userId}:${externalUserId}:${Math.floor(clock.now() / HOUR_MS)}`,
        text: '导购打开了侧边栏，还不知道是不是好友，问一下企业微信',
      }),
    )

  async function maySeeGroup(tx: Tx, { userId, standing }: Person, group: Group): Promise<boolean> {
    if (seesAll(standing)) return true
    const owner = group.owner === undefined ? undefined : await staff.queries.get(tx, group.owner)
    if (owner?.departments.some((id) => standing.leads.has(id)) === true) return true
    if (!seesCustomers(standing)) return false
    const members = await groups.queries.membersOf(tx, group.chatId)
    return members.some((one) => one.isStaff && one.memberId === userId)
  }

  /** For the guide who is this customer's friend, and for whoever may stand in; to look at, also for the guide who was
   *  until one of the two ended it. Throws sidebar.login-needed (401), sidebar.checking, sidebar.not-yours,
   *  sidebar.handed-on, sidebar.read-only (403). */
  async function withCustomer<Answer>(
    request: FastifyRequest<{ Params: { externalUserId: string } }>,
    work: (tx: Tx, guide: Guide, externalUserId: string) => Promise<Answer>,
  ): Promise<Answer> {
    const { externalUserId } = request.params
    let asks: string | undefined
    const answer = db.tx(async (tx) => {
      const person = await personOf(tx, request)
      asks = person.userId
      const by = { actor: person.userId, actorKind: 'member', origin: request.ip } as const
      const friend = await friendOf(tx, person, externalUserId)
      if (friend === undefined || !mayDo(request.routeOptions.config.scope, friend.stands)) {
        audit.saw({ ...by, what: 'sidebar.refused', detail: { route: request.routeOptions.url } })
        if (friend === undefined) throw await refusals.notYours(tx, person, externalUserId)
        if (friend.stands === 'former') throw noFriend()
        throw request.routeOptions.config.scope === 'customer.lead' ? onlyLeads() : readOnly()
      }
      checked.add(request)
      let before: Record<string, unknown> | undefined
      const answer = await work(tx, { ...friend, was: (known) => (before = known) }, externalUserId)
      const stoodIn = friend.userId === person.userId ? {} : { inPlaceOf: friend.userId }
      const about = { ...by, customer: externalUserId }
      if (request.method === 'GET') audit.saw({ ...about, what: 'sidebar.seen', detail: stoodIn })
      else {
        const detail = { ...stoodIn, ...changedBy(request, before) }
        await noteAudit(tx, [{ ...about, atMs: clock.now(), what: changeOf(request), detail }])
      }
      return answer
    })
    try {
      return await answer
    } catch (error) {
      // In a transaction of its own: that of the refusal is rolled back.
      if (asks !== undefined && request.method === 'GET' && codeOf(error) === 'sidebar.checking') {
        await lookUp(asks, externalUserId)
      }
      throw error
    }
  }

  return {
    /** For who is in a group that stands, the lead of its owner's department, and whoever sees all. Throws
     *  sidebar.login-needed (401), sidebar.not-your-group (403). */
    withGroup: async <Answer>(
      request: FastifyRequest<{ Params: { chatId: string } }>,
      work: (tx: Tx, person: Person, group: Group) => Promise<Answer>,
    ): Promise<Answer> =>
      db.tx(async (tx) => {
        const person = await personOf(tx, request)
        const by = { actor: person.userId, actorKind: 'member', origin: request.ip } as const
        const group = await groups.queries.get(tx, request.params.chatId)
        if (group === undefined || !(await maySeeGroup(tx, person, group))) {
          audit.saw({ ...by, what: 'sidebar.refused', detail: { route: request.routeOptions.url } })
          throw notYourGroup()
        }
        checked.add(request)
        audit.saw({ ...by, what: 'sidebar.group', detail: { chatId: group.chatId } })
        return work(tx, person, group)
      }),

    /** Who is there, where anybody may ask and gets nothing of a customer; undefined: nobody who is logged in. */
    personAt: async (request: FastifyRequest): Promise<Person | undefined> => {
      try {
        return await db.tx((tx) => personOf(tx, request))
      } catch (error) {
        if (codeOf(error) === 'sidebar.login-needed') return undefined
        throw error
      }
    },

    /** For somebody who is logged in and whose role reaches to the route's scope. Throws sidebar.login-needed (401),
     *  sidebar.no-role (403). */
    asPerson: <Answer>(
      request: FastifyRequest,
      work: (tx: Tx, person: Person, was: Guide['was']) => Promise<Answer>,
    ): Promise<Answer> =>
      db.tx(async (tx) => {
        const person = await personOf(tx, request)
        if (!reaches(request.routeOptions.config.scope, person.standing)) throw noRole()
        checked.add(request)
        if (request.routeOptions.config.scope === 'audit') {
          audit.saw({ actor: person.userId, actorKind: 'member', origin: request.ip, what: 'sidebar.audit' })
        }
        let before: Record<string, unknown> | undefined
        const answer = await work(tx, person, (known) => (before = known))
        if (request.method !== 'GET') {
          const by = { actor: person.userId, actorKind: 'member', origin: request.ip } as const
          await noteAudit(tx, [
            { ...by, atMs: clock.now(), what: changeOf(request), detail: changedBy(request, before) },
          ])
        }
        return answer
      }),

    withCustomer,

    inSets: createAskInSets({ db, clock, session, staff, customers, audit, checked, withCustomer }),

    /** Was the request let in by one of these? */
    wasChecked: (request: FastifyRequest): boolean => checked.has(request),
  }
}
export type Access = ReturnType<typeof createAccess>

/** What is to be so from now on; what the page had seen before is no part of that. */
const wantedBy = (body: unknown): object =>
  typeof body === 'object' && body !== null
    ? Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'saw'))
    : {}

const changeOf = ({ routeOptions: { url, config } }: FastifyRequest): string =>
  changeName({ url, change: config.change })

/** Which to-do, note or script it was, the customer stands in a column of their own; what was there and is to be there. */
function changedBy(
  { params, body }: FastifyRequest,
  before: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const { externalUserId: _, ...about } = params as Record<string, string>
  return { ...about, ...(before === undefined ? {} : { before }), after: wantedBy(body) }
}

/** What may be asked about a customer whom one may see at all. */
function mayDo(scope: Scope | undefined, stands: Stands): boolean {
  switch (scope) {
    case 'customer':
      return true
    case 'customer.change':
      return stands === 'friend' || stands === 'lead'
    case 'customer.own':
      return stands === 'friend'
    case 'customer.lead':
      return stands === 'lead'
    default:
      return false
  }
}

/** Scopes that name one customer are not among them: those ask whose customer it is. */
function reaches(scope: Scope | undefined, standing: Standing): boolean {
  switch (scope) {
    case 'session':
      return true
    case 'library':
      return seesCustomers(standing)
    case 'audit':
      return seesAudit(standing)
    default:
      return false
  }
}

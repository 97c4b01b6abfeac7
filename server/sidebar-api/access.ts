import type { FastifyRequest } from 'fastify'
import type { Db } from '../core/db/db.ts'
import type { Tx } from '../core/db/tx.ts'
import { AppError } from '../core/kernel/app-error.ts'
import type { Clock } from '../core/kernel/clock.ts'
import type { Scope } from '../engine/http/scope.ts'
import type { Audit } from '../records/audit/audit.ts'
import { noteAudit } from '../records/audit/audit-notes.ts'
import type { customerQueries } from '../records/customers/customer-queries.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import { type Standing, seesAll, seesAudit, seesCustomers } from '../records/staff/standing.ts'
import type { Standings } from '../records/staff/standings.ts'
import { keptSessions } from './kept-sessions.ts'
import type { Session } from './session.ts'

export interface AccessDeps {
  db: Db
  session: Session
  clock: Clock
  standings: Standings
  audit: Pick<Audit, 'saw'>
  staff: { queries: Pick<typeof staffQueries, 'get' | 'idSince'> }
  customers: { queries: Pick<typeof customerQueries, 'isFollowing' | 'followsOf'> }
}

/** Who is at the screen. */
export interface Person {
  userId: string
  name: string
  standing: Standing
}

/** Whose friend the customer is, and who asks. */
export interface Guide {
  userId: string
  name: string
  /** The guide, or who stands in: a lead, ops, the owner. */
  person: Person
  /** `林夏`, or `陈浩替林夏`. */
  words: string
  stands: Stands
  /** Says what was there before a change, for the audit. */
  was(before: Record<string, unknown>): void
}

type Friend = Omit<Guide, 'was'>

/** How somebody stands to a customer: the friend, the lead of the friend's department, or one who only looks. */
export type Stands = 'friend' | 'lead' | 'onlooker'

const loginNeeded = (): AppError =>
  new AppError('sidebar.login-needed', 'no valid session', { status: 401, zh: '登录已过期，请重新登录。' })

/** The same for a stranger's customer and for one that does not exist: ids must not be guessable. */
const notYours = (): AppError =>
  new AppError('sidebar.not-yours', 'not a customer of this guide', {
    status: 403,
    zh: '这位客户现在不是你的好友，或者刚刚添加、还在同步。若刚添加，请等几秒再试。',
  })

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

/** Who may see what. Every route of the sidebar runs its work through one of these, in one transaction with it: by the scope
 *  that the route declares, never by one of the handler's own. */
export function createAccess({ db, session, clock, standings, staff, customers, audit }: AccessDeps) {
  /** Requests whose scope was looked at. */
  const checked = new WeakSet<FastifyRequest>()

  async function personOf(tx: Tx, request: FastifyRequest): Promise<Person> {
    const login = session.of(request)
    if (login === undefined || !(await keptSessions.isOpen(tx, login.id, clock.now()))) throw loginNeeded()
    // Renamed since the login: the same person. Somebody else's userid since: no longer them.
    const userId = await staff.queries.idSince(tx, login.userId, login.begunAtMs)
    const member = userId === undefined ? undefined : await staff.queries.get(tx, userId)
    const standing = member === undefined ? undefined : await standings.of(tx, member)
    if (member === undefined || standing === undefined) throw loginNeeded()
    return { userId: member.userId, name: member.name ?? member.userId, standing }
  }

  /** The guide whose customer this is, as far as this person may know. */
  async function friendOf(tx: Tx, person: Person, externalUserId: string): Promise<Friend | undefined> {
    const { userId, name, standing } = person
    if (standing.isGuide && (await customers.queries.isFollowing(tx, userId, externalUserId))) {
      return { userId, name, person, words: name, stands: 'friend' }
    }
    if (standing.leads.size === 0 && !seesAll(standing)) return undefined
    let seen: Friend | undefined
    // The newest friend first, those of the own departments before others.
    for (const follow of await customers.queries.followsOf(tx, externalUserId)) {
      if (!follow.active) continue
      const friend = await staff.queries.get(tx, follow.userId)
      const friendName = friend?.name ?? follow.userId
      const found = { userId: follow.userId, name: friendName, person, words: `${name}替${friendName}` }
      if (friend?.departments.some((id) => standing.leads.has(id)) === true) return { ...found, stands: 'lead' }
      if (seesAll(standing)) seen ??= { ...found, stands: 'onlooker' }
    }
    return seen
  }

  return {
    /** For somebody who is logged in and whose role reaches to the route's scope. Throws sidebar.login-needed (401),
     *  sidebar.no-role (403). */
    asPerson: <Answer>(request: FastifyRequest, work: (tx: Tx, person: Person) => Promise<Answer>): Promise<Answer> =>
      db.tx(async (tx) => {
        const person = await personOf(tx, request)
        if (!reaches(request.routeOptions.config.scope, person.standing)) throw noRole()
        checked.add(request)
        if (request.routeOptions.config.scope === 'audit') {
          audit.saw({ actor: person.userId, actorKind: 'member', origin: request.ip, what: 'sidebar.audit' })
        }
        return work(tx, person)
      }),

    /** For the guide who is this customer's friend now, and for whoever may stand in. Throws sidebar.login-needed (401),
     *  sidebar.not-yours (403), sidebar.read-only (403). */
    withCustomer: <Answer>(
      request: FastifyRequest<{ Params: { externalUserId: string } }>,
      work: (tx: Tx, guide: Guide, externalUserId: string) => Promise<Answer>,
    ): Promise<Answer> =>
      db.tx(async (tx) => {
        const person = await personOf(tx, request)
        const { externalUserId } = request.params
        const by = { actor: person.userId, actorKind: 'member', origin: request.ip } as const
        const friend = await friendOf(tx, person, externalUserId)
        if (friend === undefined || !mayDo(request.routeOptions.config.scope, friend.stands)) {
          audit.saw({ ...by, what: 'sidebar.refused', detail: { route: request.routeOptions.url } })
          throw friend === undefined ? notYours() : readOnly()
        }
        checked.add(request)
        let before: Record<string, unknown> | undefined
        const answer = await work(tx, { ...friend, was: (known) => (before = known) }, externalUserId)
        const inPlaceOf = friend.stands === 'friend' ? {} : { inPlaceOf: friend.userId }
        const about = { ...by, customer: externalUserId }
        if (request.method === 'GET') audit.saw({ ...about, what: 'sidebar.seen', detail: inPlaceOf })
        else {
          const detail = { ...inPlaceOf, ...(before === undefined ? {} : { before }), after: wantedBy(request.body) }
          await noteAudit(tx, [{ ...about, atMs: clock.now(), what: changeOf(request), detail }])
        }
        return answer
      }),

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

/** `sidebar.remark`: the last word of the route. */
const changeOf = (request: FastifyRequest): string => `sidebar.${request.routeOptions.url?.split('/').at(-1) ?? ''}`

/** What may be asked about a customer whom one may see at all. */
function mayDo(scope: Scope | undefined, stands: Stands): boolean {
  switch (scope) {
    case 'customer':
      return true
    case 'customer.change':
      return stands !== 'onlooker'
    case 'customer.own':
      return stands === 'friend'
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

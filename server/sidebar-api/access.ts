import type { FastifyRequest } from 'fastify'
import type { Db } from '../core/db/db.ts'
import type { Tx } from '../core/db/tx.ts'
import { AppError } from '../core/kernel/app-error.ts'
import type { Clock } from '../core/kernel/clock.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import { keptSessions } from './kept-sessions.ts'
import { mayUse } from './may-use.ts'
import type { Session } from './session.ts'

export interface AccessDeps {
  db: Db
  session: Session
  clock: Clock
  staff: { queries: Pick<typeof staffQueries, 'get' | 'idSince'> }
  customers: { queries: { isFollowing(tx: Tx, userId: string, externalUserId: string): Promise<boolean> } }
}

export interface Guide {
  userId: string
  name: string
}

const loginNeeded = (): AppError =>
  new AppError('sidebar.login-needed', 'no valid session', { status: 401, zh: '登录已过期，请重新登录。' })

/** The same for a stranger's customer and for one that does not exist: ids must not be guessable. */
const notYours = (): AppError =>
  new AppError('sidebar.not-yours', 'not a customer of this guide', {
    status: 403,
    zh: '这位客户现在不是你的好友，或者刚刚添加、还在同步。若刚添加，请等几秒再试。',
  })

/** Who may see what. Every route of the sidebar runs its work through one of these, in one transaction with it. */
export function createAccess({ db, session, clock, staff, customers }: AccessDeps) {
  async function guideOf(tx: Tx, request: FastifyRequest): Promise<Guide> {
    const login = session.of(request)
    if (login === undefined || !(await keptSessions.isOpen(tx, login.id, clock.now()))) throw loginNeeded()
    // Renamed since the login: the same person. Somebody else's userid since: no longer them.
    const userId = await staff.queries.idSince(tx, login.userId, login.begunAtMs)
    const member = userId === undefined ? undefined : await staff.queries.get(tx, userId)
    if (member === undefined || !mayUse(member)) throw loginNeeded()
    return { userId: member.userId, name: member.name ?? member.userId }
  }

  return {
    /** For a guide who is logged in. Throws sidebar.login-needed (401). */
    asGuide: <Answer>(request: FastifyRequest, work: (tx: Tx, guide: Guide) => Promise<Answer>): Promise<Answer> =>
      db.tx(async (tx) => work(tx, await guideOf(tx, request))),
    /** For the guide who is this customer's friend now. Throws sidebar.login-needed (401), sidebar.not-yours (403). */
    withCustomer: <Answer>(
      request: FastifyRequest<{ Params: { externalUserId: string } }>,
      work: (tx: Tx, guide: Guide, externalUserId: string) => Promise<Answer>,
    ): Promise<Answer> =>
      db.tx(async (tx) => {
        const guide = await guideOf(tx, request)
        const { externalUserId } = request.params
        if (!(await customers.queries.isFollowing(tx, guide.userId, externalUserId))) throw notYours()
        return work(tx, guide, externalUserId)
      }),
  }
}
export type Access = ReturnType<typeof createAccess>

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Tx } from '../core/db/tx.ts'
import { AppError } from '../core/kernel/app-error.ts'
import { maskPhones } from '../core/kernel/mask-phones.ts'
import type { Duty } from '../operations/tasks/duties/duty-queries.ts'
import type { Tasks } from '../operations/tasks/tasks.ts'
import type { Access } from './access.ts'
import * as contract from './contract.ts'

export interface DutyRouteDeps {
  access: Access
  tasks: { duties: Pick<Tasks['duties'], 'closeOwn' | 'queries'> }
}

type Outcome = 'done' | 'dropped'
const OK = { ok: true as const }
const OfDuty = Type.Object({ dutyId: Type.String({ pattern: '^\\d{1,15}$' }) })

/** What becomes of something one is asked for without a customer. Each is safe to repeat. */
export function dutyRoutes(app: FastifyInstance, { access, tasks: { duties } }: DutyRouteDeps): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()

  async function ownDuty(tx: Tx, userId: string, dutyId: string): Promise<Duty> {
    const duty = await duties.queries.byId(tx, Number(dutyId))
    if (duty?.userId !== userId) throw unknownDuty()
    return duty
  }

  /** Ended already in the same way: it is the same tap again. In another way: whoever wrote something must hear that it is not kept. */
  async function close(tx: Tx, { id, userId }: Duty, outcome: Outcome, note: string | undefined): Promise<typeof OK> {
    if (await duties.closeOwn(tx, { id, userId, outcome, note })) return OK
    const now = await duties.queries.byId(tx, id)
    if (now?.userId !== userId) throw unknownDuty()
    if (now.state === outcome) return OK
    throw ended(now)
  }

  typed.post(
    '/day/duties/:dutyId/done',
    {
      schema: { params: OfDuty, body: contract.DutyDone, response: { 200: contract.Accepted } },
      config: { scope: 'library', change: 'duty.done' },
    },
    (request) =>
      access.asPerson(request, async (tx, { userId }, was) => {
        const duty = await ownDuty(tx, userId, request.params.dutyId)
        const note = maskPhones(request.body.note?.trim() ?? '')
        was({ duty: duty.title, state: duty.state })
        if (!hasEnded(duty) && duty.evidence !== undefined && note === '') throw noEvidence(duty.evidence)
        return close(tx, duty, 'done', note === '' ? undefined : note)
      }),
  )

  typed.post(
    '/day/duties/:dutyId/wrong',
    {
      schema: { params: OfDuty, body: contract.DutyWrong, response: { 200: contract.Accepted } },
      config: { scope: 'library', change: 'duty.wrong' },
    },
    (request) =>
      access.asPerson(request, async (tx, { userId }, was) => {
        const duty = await ownDuty(tx, userId, request.params.dutyId)
        was({ duty: duty.title, state: duty.state })
        const note = `做不了：${maskPhones(request.body.note.trim())}`
        return close(tx, duty, 'dropped', note)
      }),
  )
}

const hasEnded = ({ state }: Duty): boolean => state === 'done' || state === 'dropped'

const ended = ({ state, outcome }: Duty): AppError =>
  new AppError('sidebar.duty-ended', 'the duty has ended in another way', {
    status: 409,
    zh: `这条已经结束：${outcome ?? (state === 'done' ? '做完了' : '不用做了')}。刚写的没有记上，要说的请直接告诉店里。`,
  })

const unknownDuty = (): AppError =>
  new AppError('sidebar.unknown-duty', 'no such duty of this member', {
    status: 404,
    zh: '没有这条待办，可能已经转给别人，请刷新。',
  })

const noEvidence = (evidence: string): AppError =>
  new AppError('sidebar.no-evidence', 'the rule asks for a line of evidence', {
    status: 400,
    zh: `请先写一句：${evidence}。`,
  })

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Tx } from '../core/db/tx.ts'
import { AppError } from '../core/kernel/app-error.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import { OWN_KIND } from '../operations/tasks/remind-own.ts'
import { asksForMessage, type GuideTask } from '../operations/tasks/task-queries.ts'
import type { Tasks } from '../operations/tasks/tasks.ts'
import type { Access, Guide } from './access.ts'
import type { Colleagues } from './colleagues.ts'
import * as contract from './contract.ts'
import { OfCustomer } from './customer-routes.ts'
import { scriptUses } from './script-uses.ts'

export interface TaskRouteDeps {
  colleagues: Colleagues
  access: Access
  clock: Clock
  tasks: Pick<Tasks, 'closeOwn' | 'handOn' | 'putOffOwn' | 'queries'>
}

const OK = { ok: true as const }
const OfTask = Type.Object({ ...OfCustomer.properties, taskId: Type.String({ pattern: '^\\d{1,15}$' }) })
const LONGEST_MS = 60 * DAY_MS

/** What becomes of a to-do: done, not now, or wrong. Each is safe to repeat. */
export function taskRoutes(app: FastifyInstance, { access, colleagues, clock, tasks }: TaskRouteDeps): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()
  const takes = <Body>(body: Body) => ({ params: OfTask, body, response: { 200: contract.Accepted } })
  const change = { config: { scope: 'customer.change' } } as const

  async function ownTask(tx: Tx, guide: Guide, externalUserId: string, taskId: string): Promise<GuideTask> {
    const task = await tasks.queries.byId(tx, Number(taskId))
    if (!isOwn(task, guide, externalUserId)) throw unknownTask()
    guide.was({ task: task.title, state: task.state })
    return task
  }

  typed.post(
    '/customers/:externalUserId/tasks/:taskId/done',
    { schema: takes(contract.TaskDone), ...change },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const task = await ownTask(tx, guide, externalUserId, request.params.taskId)
        const isBacked = !asksForMessage(task) || (await scriptUses.sentFor(tx, externalUserId)).has(task.id)
        const words = [request.body.note?.trim() ?? '', isBacked ? '' : '没有从侧边栏发过，导购说已经做了']
        const note = noteOf(guide, words.filter((one) => one !== '').join('；'))
        await tasks.closeOwn(tx, { id: task.id, userId: guide.userId, outcome: 'done', ...note })
        return OK
      }),
  )

  typed.post(
    '/customers/:externalUserId/tasks/:taskId/later',
    { schema: takes(contract.TaskLater), ...change },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const task = await ownTask(tx, guide, externalUserId, request.params.taskId)
        const { untilMs } = request.body
        if (untilMs <= clock.now() || untilMs > clock.now() + LONGEST_MS) throw noSuchTime()
        await tasks.putOffOwn(tx, { id: task.id, userId: guide.userId, untilMs })
        return OK
      }),
  )

  typed.post(
    '/customers/:externalUserId/tasks/:taskId/wrong',
    { schema: takes(contract.TaskWrong), ...change },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const task = await ownTask(tx, guide, externalUserId, request.params.taskId)
        const why = request.body.note?.trim() ?? ''
        const words = task.kind === OWN_KIND ? '导购自己取消' : '导购说不该派'
        const note = noteOf(guide, `${words}${why === '' ? '' : `：${why}`}`)
        await tasks.closeOwn(tx, { id: task.id, userId: guide.userId, outcome: 'dropped', ...note })
        return OK
      }),
  )

  typed.post(
    '/customers/:externalUserId/tasks/:taskId/hand-on',
    { schema: takes(contract.TaskHandOn), config: { scope: 'customer.lead' } },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const { toUserId } = request.body
        const task = await tasks.queries.byId(tx, Number(request.params.taskId))
        // Told already, and the answer was lost.
        if (task?.externalUserId === externalUserId && task.userId === toUserId) return OK
        if (!isOwn(task, guide, externalUserId)) throw unknownTask()
        if (!(await colleagues(tx, guide, externalUserId)).some(({ userId }) => userId === toUserId)) throw notForThem()
        guide.was({ task: task.title, userId: task.userId })
        const asked = { id: task.id, fromUserId: guide.userId, toUserId, by: guide.person.name }
        if (!(await tasks.handOn(tx, asked))) throw unknownTask()
        return OK
      }),
  )
}

/** Whoever did it in the guide's place stands in the note. */
function noteOf({ stands, person }: Guide, note: string): { note?: string } {
  const words = stands === 'friend' ? note : `（${person.name}代办）${note}`
  return words === '' ? {} : { note: words }
}

export function isOwn(task: GuideTask | undefined, guide: Guide, externalUserId: string): task is GuideTask {
  return task !== undefined && task.userId === guide.userId && task.externalUserId === externalUserId
}

export const unknownTask = (): AppError =>
  new AppError('sidebar.unknown-task', 'no such task of this guide with this customer', {
    status: 404,
    zh: '没有这条待办，可能已经转给别人，请刷新。',
  })

const notForThem = (): AppError =>
  new AppError('sidebar.not-for-them', 'no guide of the lead’s departments who is this customer’s friend', {
    status: 409,
    zh: '只能转给你店里、也是这位客户好友的导购，请刷新后再选。',
  })

const noSuchTime = (): AppError =>
  new AppError('sidebar.no-such-time', 'not within the next sixty days', {
    status: 400,
    zh: '这个时间已经过了，或者超过 60 天，请重新选。',
  })

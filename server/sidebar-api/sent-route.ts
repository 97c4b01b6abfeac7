import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../core/kernel/clock.ts'
import type { Emit } from '../engine/inbox/emit.ts'
import { carriedBy, ScriptSent } from '../operations/scripts-library/script-events.ts'
import type { Tasks } from '../operations/tasks/tasks.ts'
import type { Welcome } from '../operations/welcome/welcome.ts'
import type { Timeline } from '../records/timeline/timeline.ts'
import { touches } from '../records/touches/touches.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { Access } from './access.ts'
import * as contract from './contract.ts'
import { OfCustomer } from './customer-routes.ts'
import type { ScriptLibrary } from './script-library.ts'
import { scriptUses } from './script-uses.ts'
import { isOwn, unknownTask } from './task-routes.ts'

export interface SentRouteDeps {
  access: Access
  library: ScriptLibrary
  clock: Clock
  emit: Emit
  rules: Pick<RuleBookHolder, 'current'>
  tasks: Pick<Tasks, 'queries'>
  timeline: Pick<Timeline, 'note'>
  welcome: Pick<Welcome, 'guideSpoke'>
}

/** What a guide sent from the sidebar, told by the page once it is out. */
export function sentRoute(app: FastifyInstance, deps: SentRouteDeps): void {
  const { access, library, clock, emit, rules, tasks, timeline, welcome } = deps
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()

  typed.post(
    '/customers/:externalUserId/sent',
    {
      schema: { params: OfCustomer, body: contract.Sent, response: { 200: contract.Accepted } },
      config: { scope: 'customer.own' },
    },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const { key, scriptId, taskId, place } = request.body
        const script = scriptId === undefined ? undefined : rules.current().scripts.get(scriptId)
        const written = scriptId === undefined ? undefined : await library.own(tx, guide.person, scriptId)
        const task = taskId === undefined ? undefined : await tasks.queries.byId(tx, Number(taskId))
        if (task !== undefined && !isOwn(task, guide, externalUserId)) throw unknownTask()
        await scriptUses.add(tx, {
          key,
          externalUserId,
          userId: guide.userId,
          scriptId: script?.name ?? written?.id,
          taskId: task?.id,
          place,
          sentAtMs: clock.now(),
        })
        // What a to-do asked for is one contact, however many messages it takes.
        const cause = task === undefined ? `script:${guide.userId}:${key}` : `task:${task.id}`
        const kind = task === undefined ? 'script' : 'task'
        await touches.add(tx, [
          {
            key: cause,
            externalUserId,
            userId: guide.userId,
            kind,
            about: task === undefined ? script?.name : task.kind,
            atMs: clock.now(),
          },
        ])
        await welcome.guideSpoke(tx, { externalUserId, userId: guide.userId })
        if (script !== undefined) {
          await emit(tx, ScriptSent, {
            key: `${guide.userId}:${key}`,
            payload: { externalUserId, userId: guide.userId, scriptId: script.name, carries: carriedBy(script.value) },
          })
        }
        await timeline.note(tx, {
          key: `sidebar.sent:${guide.userId}:${key}`,
          externalUserId,
          userId: guide.userId,
          kind: 'script.sent',
          text: `${guide.name}发了${titleOf(script?.value.title ?? written?.title)}`,
          reason: {
            text: task === undefined ? '导购在侧边栏里发的' : `为了待办「${task.title}」`,
            ...(script === undefined
              ? {}
              : { rule: { kind: 'script', name: script.value.title, version: script.version } }),
          },
        })
        return { ok: true as const }
      }),
  )
}

const titleOf = (title: string | undefined): string => (title === undefined ? '一条消息' : `话术「${title}」`)

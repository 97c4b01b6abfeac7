import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../core/kernel/clock.ts'
import type { Emit } from '../engine/inbox/emit.ts'
import { type Carried, carriedBy, type MessageKind, ScriptSent } from '../operations/scripts-library/script-events.ts'
import type { Tasks } from '../operations/tasks/tasks.ts'
import type { Welcome } from '../operations/welcome/welcome.ts'
import type { Timeline } from '../records/timeline/timeline.ts'
import { touches } from '../records/touches/touches.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { ScriptRule } from '../rules/schema/rule-files.ts'
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
        const { key, scriptId, taskId, place, shown, part } = request.body
        const isRest = part !== undefined && part.after > 0
        const partKey = isRest ? `${guide.userId}:${key}:${part.after}` : `${guide.userId}:${key}`
        const script = scriptId === undefined ? undefined : rules.current().scripts.get(scriptId)
        const written = scriptId === undefined ? undefined : await library.own(tx, guide.person, scriptId)
        const task = taskId === undefined ? undefined : await tasks.queries.byId(tx, Number(taskId))
        if (task !== undefined && !isOwn(task, guide, externalUserId)) throw unknownTask()
        const drawn = shown?.filter((id) => rules.current().scripts.has(id))
        const isFirstTold = await scriptUses.add(tx, {
          key,
          externalUserId,
          userId: guide.userId,
          scriptId: script?.name ?? written?.id,
          taskId: task?.id,
          place: drawn === undefined ? place : placeIn(drawn, script?.name),
          shown: drawn,
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
            key: partKey,
            payload: {
              ...{ externalUserId, userId: guide.userId, scriptId: script.name },
              carries: gone(script.value, part, isFirstTold),
              ...(isFirstTold ? {} : { rest: true }),
            },
          })
        }
        await timeline.note(tx, {
          key: `sidebar.sent:${partKey}`,
          externalUserId,
          userId: guide.userId,
          kind: 'script.sent',
          text: `${guide.name}${isRest ? '补' : ''}发了${titleOf(script?.value.title ?? written?.title)}${partZh(part)}`,
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

/** What of a script's went and was not told: the page may have told its parts in another order, or one of them not at all. */
function gone(script: ScriptRule, part: contract.Sent['part'], isFirstTold: boolean): Carried[] {
  if (part === undefined) return carriedBy(script)
  const { after, before = [], went } = part
  if (after === 0 && !isFirstTold) return []
  if (isFirstTold) return carriedBy(script, (kind) => went.includes(kind) || before.includes(kind))
  const told = carriedBy(script, (kind) => before.includes(kind))
  return carriedBy(script, (kind) => went.includes(kind)).filter((kind) => !told.includes(kind))
}

function partZh(part: contract.Sent['part']): string {
  if (part === undefined) return ''
  const refused = part.refused.length === 0 ? '' : `，${kindsZh(part.refused)}没有发出`
  return `：${kindsZh(part.went)}${refused}`
}
const kindsZh = (kinds: readonly MessageKind[]): string => [...new Set(kinds)].map((kind) => KIND_ZH[kind]).join('和')
const KIND_ZH: Record<MessageKind, string> = {
  ...{ text: '文字', image: '图片', news: '链接', miniprogram: '小程序', video: '视频', file: '文件' },
}

/** From 1, of the list that is kept: what one wrote oneself stood in it and is not counted. */
function placeIn(drawn: readonly string[], scriptId: string | undefined): number | undefined {
  const index = scriptId === undefined ? -1 : drawn.indexOf(scriptId)
  return index < 0 ? undefined : index + 1
}

const titleOf = (title: string | undefined): string => (title === undefined ? '一条消息' : `话术「${title}」`)

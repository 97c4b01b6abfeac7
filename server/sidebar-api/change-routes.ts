import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../core/kernel/app-error.ts'
import type { Clock } from '../core/kernel/clock.ts'
import type { Emit } from '../engine/inbox/emit.ts'
import { carriedBy, ScriptSent } from '../operations/scripts-library/script-events.ts'
import type { Tasks } from '../operations/tasks/tasks.ts'
import type { Welcome } from '../operations/welcome/welcome.ts'
import type { Customers } from '../records/customers/customers.ts'
import { birthdayText } from '../records/profiles/birthday.ts'
import type { Profiles } from '../records/profiles/profiles.ts'
import type { SetTag } from '../records/tags/tag-queries.ts'
import type { Tags } from '../records/tags/tags.ts'
import type { Timeline } from '../records/timeline/timeline.ts'
import { touches } from '../records/touches/touches.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { Access, Guide } from './access.ts'
import { keyOf } from './change-key.ts'
import * as contract from './contract.ts'
import { OfCustomer } from './customer-routes.ts'
import type { ScriptLibrary } from './script-library.ts'
import { scriptUses } from './script-uses.ts'
import { tagsOfLadders } from './tag-library.ts'
import { isOwn, unknownTask } from './task-routes.ts'

export interface ChangeRouteDeps {
  access: Access
  library: ScriptLibrary
  clock: Clock
  emit: Emit
  rules: Pick<RuleBookHolder, 'current'>
  customers: Pick<Customers, 'queries' | 'setRemark'>
  profiles: Pick<Profiles, 'queries' | 'readBirthday' | 'setByGuide'>
  tags: Pick<Tags, 'change' | 'queries'>
  tasks: Pick<Tasks, 'queries'>
  timeline: Pick<Timeline, 'note'>
  welcome: Pick<Welcome, 'guideSpoke'>
}

const OK = { ok: true as const }

/** What a guide changes about one customer. */
export function changeRoutes(app: FastifyInstance, deps: ChangeRouteDeps): void {
  const { access, library, clock, emit, rules, customers, profiles, tags, tasks, timeline, welcome } = deps
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()
  const takes = <Body>(body: Body) => ({ params: OfCustomer, body, response: { 200: contract.Accepted } })
  const change = { config: { scope: 'customer.change' } } as const

  typed.post('/customers/:externalUserId/tags', { schema: takes(contract.TagChange), ...change }, (request) =>
    access.withCustomer(request, async (tx, guide, externalUserId) => {
      const { add, remove } = request.body
      const known = await tags.queries.byPath(tx, [...add, ...remove])
      const stranger = [...add, ...remove].find((name) => !known.has(name))
      if (stranger !== undefined) throw unknownTag(stranger)
      const kept = tagsOfLadders(rules.current())
      const locked = [...add, ...remove].find((name) => kept.has(name))
      if (locked !== undefined) throw keptByRule(locked, kept.get(locked) ?? '')
      guide.was({ tags: ownOf(await tags.queries.ofCustomer(tx, externalUserId), guide) })
      await tags.change(tx, {
        externalUserId,
        userId: guide.userId,
        add,
        remove,
        by: 'guide',
        reason: { text: `${guide.words}在侧边栏里改的标签` },
        key: keyOf(guide, request.body.key),
      })
      return OK
    }),
  )

  typed.post('/customers/:externalUserId/remark', { schema: takes(contract.RemarkChange), ...change }, (request) =>
    access.withCustomer(request, async (tx, guide, externalUserId) => {
      const follows = await customers.queries.followsOf(tx, externalUserId)
      const now = follows.find((one) => one.userId === guide.userId)?.remark ?? ''
      // Told already, and the answer was lost.
      if (now === request.body.remark.trim()) return OK
      if (!request.body.saw.includes(now)) throw overtaken('备注', now)
      guide.was({ remark: now })
      await customers.setRemark(tx, {
        externalUserId,
        userId: guide.userId,
        remark: request.body.remark.trim(),
        reason: { text: `${guide.words}在侧边栏里改的备注` },
        key: keyOf(guide, request.body.key),
      })
      return OK
    }),
  )

  typed.post('/customers/:externalUserId/birthday', { schema: takes(contract.BirthdayChange), ...change }, (request) =>
    access.withCustomer(request, async (tx, guide, externalUserId) => {
      const written = request.body.birthday
      const birthday = written === null ? undefined : profiles.readBirthday(written)
      if (written !== null && birthday === undefined) throw noBirthday()
      const known = await profiles.queries.birthdayOf(tx, externalUserId)
      const now = known === undefined ? null : birthdayText(known)
      if (written === now) return OK
      if (request.body.saw !== now) throw overtaken('生日', now ?? '')
      guide.was({ birthday: now })
      await profiles.setByGuide(tx, { externalUserId, userId: guide.userId, guideName: guide.words, birthday })
      return OK
    }),
  )

  typed.post(
    '/customers/:externalUserId/sent',
    { schema: takes(contract.Sent), config: { scope: 'customer.own' } },
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
        return OK
      }),
  )
}

const titleOf = (title: string | undefined): string => (title === undefined ? '一条消息' : `话术「${title}」`)

const ownOf = (set: readonly SetTag[], { userId }: Guide): string[] =>
  set.flatMap((tag) => (tag.userId === userId ? [tag.path] : []))

const keptByRule = (name: string, why: string): AppError =>
  new AppError('sidebar.kept-by-rule', 'a tag that a ladder puts on and takes off', {
    status: 409,
    zh: `「${name}」${why}。`,
  })

const unknownTag = (name: string): AppError =>
  new AppError('sidebar.unknown-tag', 'a tag that WeCom does not know', {
    status: 400,
    zh: `没有「${name}」这个标签，可能刚被改名或删除，请重新打开标签再选。`,
  })

const noBirthday = (): AppError =>
  new AppError('sidebar.no-birthday', 'not a day that has been', {
    status: 400,
    zh: '没有这一天，请重新选生日。',
  })

/** What the guide had before their eyes is no longer so: what somebody else wrote is not written over unseen. */
const overtaken = (what: string, now: string): AppError =>
  new AppError('sidebar.overtaken', `${what === '备注' ? 'the remark' : 'the birthday'} was changed meanwhile`, {
    status: 409,
    zh: `${what}刚刚被别处${now === '' ? '清空了' : `改成了「${now}」`}，你改的没有保存，请看一下再存。`,
  })

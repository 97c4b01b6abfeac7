import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../core/kernel/app-error.ts'
import type { Customers } from '../records/customers/customers.ts'
import { birthdayText } from '../records/profiles/birthday.ts'
import type { Profiles } from '../records/profiles/profiles.ts'
import type { Tags } from '../records/tags/tags.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { Access } from './access.ts'
import { keyOf } from './change-key.ts'
import * as contract from './contract.ts'
import { OfCustomer } from './customer-routes.ts'
import { tagsOfLadders } from './tag-library.ts'

export interface ChangeRouteDeps {
  access: Access
  rules: Pick<RuleBookHolder, 'current'>
  customers: Pick<Customers, 'queries' | 'setRemark'>
  profiles: Pick<Profiles, 'queries' | 'readBirthday' | 'setByGuide'>
  tags: Pick<Tags, 'change' | 'queries'>
}

const OK = { ok: true as const }

/** What a guide changes about one customer. */
export function changeRoutes(app: FastifyInstance, deps: ChangeRouteDeps): void {
  const { access, rules, customers, profiles, tags } = deps
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
      const own = (await tags.queries.ofCustomer(tx, externalUserId)).filter((tag) => tag.userId === guide.userId)
      // No rule touches what a person put on: only a person takes it off.
      const ofRules = remove.filter((name) => own.some((tag) => tag.path === name && tag.setBy === 'rule'))
      const locked = [...add, ...ofRules].find((name) => kept.has(name))
      if (locked !== undefined) throw keptByRule(locked, kept.get(locked) ?? '')
      guide.was({ tags: own.map((tag) => tag.path) })
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
}

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

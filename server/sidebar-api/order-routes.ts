import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../core/kernel/app-error.ts'
import type { Orders } from '../records/orders/orders.ts'
import type { Access } from './access.ts'
import { keyOf } from './change-key.ts'
import * as contract from './contract.ts'
import { OfCustomer } from './customer-routes.ts'

export interface OrderRouteDeps {
  access: Access
  orders: Pick<Orders, 'bind' | 'unbind'>
}

type Outcome = Awaited<ReturnType<Orders['bind']>>
const WORDS: Record<Outcome, string> = {
  bound: '绑好了，这笔订单现在算这位客户的。',
  already: '这笔订单本来就是这位客户的。',
  'no-fit':
    '没有对上：没找到一笔还没有主人、又和你填的都对得上的订单。请让客户再看一眼订单号、手机后四位，或实付金额和付款日期；刚下的单过几分钟再试。',
  'other-person': '订单对上了，但店铺登记的是另一位客户，不能绑到这里。如果是登记错了，请运营在店铺后台改。',
  'too-often': '没对上的次数太多，今天先不能再试了。请明天再来，或者请运营帮忙核对。',
}

/** Orders that found nobody, bound by the number that the customer tells. */
export function orderRoutes(app: FastifyInstance, { access, orders }: OrderRouteDeps): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()
  const change = { config: { scope: 'customer.change' } } as const

  typed.post(
    '/customers/:externalUserId/orders/bind',
    { schema: { params: OfCustomer, body: contract.OrderBound, response: { 200: contract.OrderBinding } }, ...change },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const { orderId, phoneTail, paidFen, paidOn, key } = request.body
        const paid = paidFen === undefined || paidOn === undefined ? undefined : { fen: paidFen, on: paidOn }
        // The audit says which order it was, not what proved it.
        request.body = { orderId }
        const by = { userId: guide.person.userId, words: guide.words }
        const proof = { phoneTail, paid }
        const outcome = await orders.bind(tx, { key: keyOf(guide, key), externalUserId, by, orderId, proof })
        const isBound = outcome === 'bound' || outcome === 'already'
        if (isBound) guide.was({ owner: outcome === 'bound' ? null : externalUserId })
        return { isBound, zh: WORDS[outcome] }
      }),
  )

  typed.post(
    '/customers/:externalUserId/orders/unbind',
    { schema: { params: OfCustomer, body: contract.OrderUnbound, response: { 200: contract.Accepted } }, ...change },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const { orderId, source, key } = request.body
        const by = { userId: guide.person.userId, words: guide.words }
        const isFree = await orders.unbind(tx, { key: keyOf(guide, key), externalUserId, by, orderId, source })
        if (!isFree) throw notBound()
        guide.was({ owner: externalUserId })
        return { ok: true as const }
      }),
  )
}

const notBound = (): AppError =>
  new AppError('sidebar.not-bound', 'no order of this customer that was bound by hand', {
    status: 404,
    zh: '这笔订单不是按订单号绑定的，或者已经撤销了，请刷新。',
  })

import { AppError, type Retry } from '../../core/kernel/app-error.ts'

/** What a fault is about: the whole shop (away, refused, too fast), so that nothing else need be tried, or one order. */
export type FaultScope = 'shop' | 'order'

/** A shop could not be asked, said no, or answered in another shape than documented. Without URL, token or content. */
export class ShopError extends AppError {
  override readonly name = 'ShopError'
  readonly scope: FaultScope
  /** The number of the platform's own no. */
  readonly reply: number | undefined

  constructor(
    code: `shop.${string}`,
    message: string,
    options: { scope: FaultScope; retry?: Retry; zh: string; mayHaveHappened?: boolean; reply?: number },
  ) {
    super(code, message, { retry: 'later', status: 502, ...options })
    this.scope = options.scope
    this.reply = options.reply
  }
}

/** The platform's no to this one order or person, of which we know no more. */
export const saidNo = (what: string, reply: number, zh: string): ShopError =>
  new ShopError('shop.said-no', what, { scope: 'order', zh, reply })

/** A person has to change something: the secret, a list of addresses, a right. */
export const shopRefuses = (what: string, zh: string): ShopError =>
  new ShopError('shop.refused', what, { scope: 'shop', retry: 'never', zh })

export const shopTooFast = (what: string, afterMs: number): ShopError =>
  new ShopError('shop.too-fast', what, { scope: 'shop', retry: { afterMs }, zh: '平台说调用太频繁，歇一会儿再查' })

export const notUnderstood = (path: string, field: string): ShopError =>
  new ShopError('shop.not-understood', `the answer to ${path} has not the documented shape at ${field}`, {
    scope: 'order',
    zh: `平台的应答和文档不一样（${path} 的 ${field}）`,
  })

/** What was asked for is not there. */
export const noSuchOrder = (): ShopError =>
  new ShopError('shop.no-order', 'the shop does not know this order', { scope: 'order', zh: '店铺里没有这个订单' })

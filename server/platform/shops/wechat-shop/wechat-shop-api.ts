import Type, { type Static, type TSchema } from 'typebox'
import { createKeptToken } from '../kept-token.ts'
import { readShape } from '../read-shape.ts'
import type { ShopAccess } from '../shop-connection.ts'
import { noSuchOrder, notUnderstood, ShopError, saidNo, shopRefuses, shopTooFast } from '../shop-error.ts'
import { createShopHttp, type Json } from '../shop-http.ts'

const TOKEN_PATH = '/cgi-bin/stable_token'
const Token = Type.Object({
  access_token: Type.String({ minLength: 1 }),
  expires_in: Type.Number({ exclusiveMinimum: 0 }),
})

const TOKEN_REFUSED = new Set([40001, 40014, 42001])
const HOUR_MS = 3_600_000

/** What a person has to change, by errcode (general WeChat knowledge where shops.md names no page). */
const REFUSED: Record<number, string> = {
  40001: '微信小店的 AppSecret 不对：到小店后台重新复制，写进环境变量',
  40125: '微信小店的 AppSecret 不对：到小店后台重新复制，写进环境变量',
  40013: '微信小店的 AppID 不对：检查 account',
  40164: '本机的出口 IP 不在小店的 IP 白名单里：到小店后台「开发配置」加上',
  48001: '这个小店没有订单接口的权限：到小店后台「接口权限」打开',
  61007: '服务商没有得到订单权限（131）',
}
/** Rights are given interface by interface. */
const NO_COUPONS: Record<number, string> = {
  48001: '这个小店没有优惠券接口的权限：到小店后台「接口权限」打开',
  61007: '服务商没有得到优惠券权限（132）',
}

const codeOf = (answer: Json): number | undefined => {
  const code = answer.errcode ?? 0
  return typeof code === 'number' || /^-?\d{1,9}$/.test(String(code)) ? Number(code) : undefined
}

/** The errcode as an error: what a person must change, what passes by itself, and what concerns this order alone. */
export function refusal(path: string, errcode: number): ShopError {
  const what = `${path}: errcode ${errcode}`
  const zh = (path.includes('/coupon/') ? NO_COUPONS[errcode] : undefined) ?? REFUSED[errcode]
  if (zh !== undefined) return shopRefuses(what, zh)
  if (errcode === 45009) return shopTooFast(what, HOUR_MS)
  if (errcode === 45011) return shopTooFast(what, 60_000)
  if (errcode === -1) return new ShopError('shop.busy', what, { scope: 'order', zh: '平台繁忙' })
  return saidNo(what, errcode, `平台拒绝了（错误码 ${errcode}）`)
}

/** Calls of one 微信小店, with its token kept once for all processes. Source: shops.md §3 [17]. */
export function createWechatShopApi(access: ShopAccess) {
  const { account: appid, secrets, clock, shared } = access
  const http = createShopHttp(access)
  const token = createKeptToken({
    clock,
    shared,
    whenRefused:
      '多半有别的系统用同一个 AppID 强制换凭证，或者小店被停用。到小店后台「开发配置」重置 AppSecret，只给活水用，写进环境变量后重启',
    fetch: async () => {
      const body = { grant_type: 'client_credential', appid, secret: secrets.secret ?? '', force_refresh: false }
      const answer = await http.ask({ method: 'POST', path: TOKEN_PATH, body })
      const errcode = codeOf(answer)
      if (errcode !== 0) throw refusal(TOKEN_PATH, errcode ?? -1)
      const { access_token: value, expires_in: expiresInSec } = readShape(Token, answer, TOKEN_PATH)
      return { value, expiresInSec }
    },
  })

  return {
    /** Throws ShopError. */
    ask: async <Schema extends TSchema>(path: string, body: object, shape: Schema): Promise<Static<Schema>> => {
      const answer = await token.with(
        (access_token) => http.ask({ method: 'POST', path, query: { access_token }, body }),
        (one) => TOKEN_REFUSED.has(codeOf(one) ?? 0),
      )
      const errcode = codeOf(answer)
      if (errcode === undefined) throw notUnderstood(path, 'errcode')
      if (NOT_THERE.has(errcode)) throw noSuchOrder()
      if (errcode !== 0) throw refusal(path, errcode)
      return readShape(shape, answer, path)
    },
    close: http.close,
  }
}
export type WechatShopApi = ReturnType<typeof createWechatShopApi>

/** 订单不存在, 售后单不存在 (u). */
const NOT_THERE = new Set([10020050, 10020204])

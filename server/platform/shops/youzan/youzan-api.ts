import Type, { type Static, type TSchema } from 'typebox'
import { createKeptToken } from '../kept-token.ts'
import { readShape } from '../read-shape.ts'
import type { ShopAccess } from '../shop-connection.ts'
import { noSuchOrder, notUnderstood, ShopError, saidNo, shopRefuses, shopTooFast } from '../shop-error.ts'
import { createShopHttp, type Json } from '../shop-http.ts'

const TOKEN_PATH = '/auth/token'
const Token = Type.Object({
  data: Type.Object({ access_token: Type.String({ minLength: 1 }), expires: Type.Number({ exclusiveMinimum: 0 }) }),
})

const TOKEN_REFUSED = new Set([4201, 4202, 4203])
const TOO_FAST = new Set([4101, 500100004, 123000042, 141500203])
const TIMED_OUT = new Set([106000001, 106100118])
/** Of orders; elsewhere nobody says what it means. */
const NO_TRADE = 5000
const REFUSED: Record<number, string> = {
  4204: '有赞应用没有这个接口的能力包：到有赞云后台订购（订单、客户；发券要优惠券，发积分要积分）',
  4005: '有赞没有这个接口了：升级活水',
  4007: '有赞不认本机的出口 IP（或请求格式）：到有赞云后台「IP 白名单」加上',
}
/** Whatever is said to the call for a token. */
const NO_TOKEN_ZH = '有赞的 client_id、client_secret 或 kdt_id 不对，或应用没有授权这家店：到有赞云后台核对'

/** The code of a failed answer, whichever of its shapes it has; 0: it went well, undefined: it says neither. */
function codeOf(answer: Json): number | undefined {
  const gateway = answer.gw_err_resp ?? answer.error_response
  if (typeof gateway === 'object' && gateway !== null) {
    const { err_code, code } = gateway as Json
    return Number(err_code ?? code) || -1
  }
  if (answer.success === true || (answer.success === undefined && (answer.response ?? answer.data) !== undefined))
    return 0
  return answer.code === undefined ? undefined : Number(answer.code) || -1
}

function refusal(path: string, code: number): ShopError {
  const what = `${path}: code ${code}`
  const zh = REFUSED[code]
  if (zh !== undefined) return shopRefuses(what, zh)
  if (TOO_FAST.has(code)) return shopTooFast(what, 3_000)
  if (TIMED_OUT.has(code)) return new ShopError('shop.busy', what, { scope: 'order', zh: '有赞超时了' })
  return saidNo(what, code, `有赞拒绝了（${code}）`)
}

/** Calls of one 有赞 shop by a self-used app. HTTP is 200 always. Source: shops.md §2.1 [6][7]. */
export function createYouzanApi(access: ShopAccess) {
  const { account: client_id, kdtId: grant_id, secrets, clock, shared } = access
  const http = createShopHttp(access)
  const token = createKeptToken({
    clock,
    shared,
    whenRefused:
      '多半有别的系统用同一个应用刷新凭证（refresh: true），或者应用的授权到期了。到有赞云后台看授权，让那个系统另建一个应用',
    fetch: async () => {
      // `refresh: true` would end the token of whoever else has one.
      const body = {
        client_id,
        client_secret: secrets.secret ?? '',
        authorize_type: 'silent',
        grant_id,
        refresh: false,
      }
      const answer = await http.ask({ method: 'POST', path: TOKEN_PATH, body })
      const code = codeOf(answer)
      if (code !== 0) throw shopRefuses(`${TOKEN_PATH}: code ${code}`, NO_TOKEN_ZH)
      const { data } = readShape(Token, answer, TOKEN_PATH)
      return { value: data.access_token, expiresInSec: Math.max(1, Math.floor((data.expires - clock.now()) / 1_000)) }
    },
  })

  return {
    /** `data` of the answer. Throws ShopError. */
    ask: async <Schema extends TSchema>(name: string, body: object, shape: Schema): Promise<Static<Schema>> => {
      const path = `/api/${name}`
      const answer = await token.with(
        (access_token) => http.ask({ method: 'POST', path, query: { access_token }, body }),
        (one) => TOKEN_REFUSED.has(codeOf(one) ?? 0),
      )
      const code = codeOf(answer)
      if (code === undefined) throw notUnderstood(path, 'success')
      if (code === NO_TRADE && name.startsWith('youzan.trade')) throw noSuchOrder()
      if (code !== 0) throw refusal(path, code)
      return readShape(shape, answer.data ?? answer.response, path)
    },
    close: http.close,
  }
}
export type YouzanApi = ReturnType<typeof createYouzanApi>

import Type, { type Static, type TSchema } from 'typebox'
import { createKeptToken } from '../kept-token.ts'
import { readShape } from '../read-shape.ts'
import type { ShopAccess } from '../shop-connection.ts'
import { noSuchOrder, notUnderstood, type ShopError, saidNo, shopRefuses } from '../shop-error.ts'
import { createShopHttp, type Json, type ShopCall } from '../shop-http.ts'

const TOKEN_PATH = '/outapi/access_token'
const Seconds = Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.String({ pattern: '^\\d{9,11}$' })])
const Token = Type.Object({
  data: Type.Object({ access_token: Type.String({ minLength: 1 }), exp_time: Seconds }),
})

/** Clearing the shop's cache ends tokens early: an everyday act of its admins. */
const TOKEN_REFUSED = new Set([110006, 110003, 400172])
const NO_ORDER = 400118
const REFUSED: Record<number, string> = {
  110000:
    'CRMEB 后台没有给这个账号这个接口的权限：维护 → 对外接口 → 账号管理里勾上订单、售后、用户；发积分再勾上赠送积分',
  400744: 'CRMEB 对外接口的密钥不对：后台 维护 → 对外接口 → 账号管理 重新设置后写进环境变量',
  410141: 'CRMEB 没有这个对外接口账号：检查 account',
  400595: 'CRMEB 里这个对外接口账号被停用了',
}

const statusOf = (answer: Json): number | undefined => {
  const { status } = answer
  return typeof status === 'number' || /^\d{1,9}$/.test(String(status)) ? Number(status) : undefined
}

function refusal(path: string, status: number): ShopError {
  const what = `${path}: status ${status}`
  const zh = REFUSED[status]
  if (zh !== undefined) return shopRefuses(what, zh)
  return saidNo(what, status, `CRMEB 拒绝了（${status}）`)
}

/** Calls of one CRMEB 标准版, by its out-API. HTTP is 200 always. Source: shops.md §1.2 [1]. */
export function createCrmebApi(access: ShopAccess) {
  const { account: appid, secrets, clock, shared } = access
  const http = createShopHttp(access)
  const token = createKeptToken({
    clock,
    shared,
    whenRefused:
      '多半有别的系统在用同一个对外接口账号刷新凭证（refresh_token），或者商城的缓存坏了。到 CRMEB 后台 维护 → 对外接口 → 账号管理 给活水单独建一个账号',
    fetch: async () => {
      const body = { appid, appsecret: secrets.secret ?? '' }
      const answer = await http.ask({ method: 'POST', path: TOKEN_PATH, body })
      const status = statusOf(answer)
      if (status !== 200) throw refusal(TOKEN_PATH, status ?? 0)
      const { data } = readShape(Token, answer, TOKEN_PATH)
      const expiresInSec = Math.max(1, Math.floor(Number(data.exp_time) - clock.now() / 1_000))
      return { value: data.access_token, expiresInSec }
    },
  })

  async function ask({ name, ...call }: Omit<ShopCall, 'headers'> & { name: string }): Promise<Json> {
    const answer = await token.with(
      // With the blank: the server strips letters of «Bearer» off the beginning of whatever stands there.
      (value) => http.ask({ ...call, headers: { 'Authori-zation': `Bearer ${value}` } }),
      (one) => TOKEN_REFUSED.has(statusOf(one) ?? 0),
    )
    const status = statusOf(answer)
    if (status === undefined) throw notUnderstood(name, 'status')
    if (status === NO_ORDER) throw noSuchOrder()
    if (status !== 200) throw refusal(name, status)
    return answer
  }

  return {
    /** `data` of the answer. `name`: the path as errors may name it. Throws ShopError. */
    get: async <Schema extends TSchema>(
      { path, name = path, query = {} }: { path: string; name?: string; query?: Record<string, string | number> },
      shape: Schema,
    ): Promise<Static<Schema>> => readShape(shape, (await ask({ method: 'GET', path, name, query })).data, name),
    /** Changes something; its answer says that it was done, and no more. Throws ShopError. */
    put: async ({ path, name, body }: { path: string; name: string; body: object }): Promise<void> => {
      await ask({ method: 'PUT', path, name, body })
    },
    close: http.close,
  }
}
export type CrmebApi = ReturnType<typeof createCrmebApi>

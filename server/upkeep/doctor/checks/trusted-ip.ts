import { FOLLOWERS } from '../api-families.ts'
import type { Check } from '../check.ts'
import { fail, ok } from '../finding.ts'

const WHAT = '企业可信 IP'

/** 60020; the errmsg names the address we come from. Doc 90313. */
export const trustedIp: Check = {
  group: '企业微信',
  what: WHAT,
  look: async ({ platform }) => {
    const { errcode, errmsg } = await platform.call(FOLLOWERS)
    if (errcode !== 60020) return ok(WHAT, '服务器的出口 IP 没有被拒')
    const ip = /from ip:\s*([0-9a-fA-F.:]+)/.exec(errmsg)?.[1]
    const address = ip === undefined ? '服务器的出口 IP' : `出口 IP ${ip}`
    return fail(
      WHAT,
      `${address} 不在企业可信 IP 里，接口都被拒（60020）`,
      `在管理后台「应用管理 → 自建 → 本应用 → 企业可信IP」填入 ${ip ?? '服务器的出口 IP'}，约 1 分钟后生效`,
    )
  },
}

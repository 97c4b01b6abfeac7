import type { Check } from '../check.ts'
import { fail, ok } from '../finding.ts'
import { explainNetwork } from '../network-fault.ts'

const WHAT = '网络'

/** Name, connection, TLS and a sane answer from the platform, with no credential. */
export const network: Check = {
  group: '企业微信',
  what: WHAT,
  look: async ({ need, platform }) => {
    const { host } = new URL(need('WECOM_API_BASE'))
    try {
      const { errcode, status, ms } = await platform.gateway()
      if (errcode !== undefined) return ok(WHAT, `连得上 ${host}（${ms} 毫秒）`)
      const seen = status === 200 ? '一个网页' : `HTTP ${status}`
      return fail(
        WHAT,
        `${host} 应答的是${seen}，不是企业微信的接口，多半被中间的代理截住了`,
        `让服务器直连 ${host}，不经过代理；再核对 WECOM_API_BASE`,
      )
    } catch (error) {
      const { why, next } = explainNetwork(error, host)
      return fail(WHAT, why, next)
    }
  },
}

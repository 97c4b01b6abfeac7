import { DAY_MS } from '../../../core/kernel/shanghai.ts'
import { linksWithoutAddress } from '../../links-without-address.ts'
import { ask } from '../ask.ts'
import type { Check } from '../check.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'
import { explainNetwork } from '../network-fault.ts'

const WHAT = '对外网址'
const RENEW_DAYS = 14

/** PUBLIC_URL: https, reached from here, answered by Huoshui, certificate not about to end. */
export const publicUrl: Check = {
  group: '公网与回调',
  what: WHAT,
  look: async (context) => {
    const { settings, isRealPlatform, clock } = context
    if (settings.PUBLIC_URL === undefined) {
      const { book } = await context.rules()
      const without = book === undefined ? undefined : linksWithoutAddress(book)
      const what = ['还没有设 PUBLIC_URL', ...(without === undefined ? [] : [without])].join('：')
      const next = '把 PUBLIC_URL 设成对外的网址，如 https://scrm.example.com，然后重启'
      if (isRealPlatform) return fail(WHAT, what, next)
      if (without !== undefined) return warn(WHAT, what, next)
    }
    const url = context.publicUrl()
    const { host, protocol } = new URL(url)
    if (isRealPlatform && protocol !== 'https:') {
      return fail(
        WHAT,
        `${url} 不是 https，手机上打不开侧边栏`,
        '给反向代理配上 HTTPS 证书，把 PUBLIC_URL 改成 https://',
      )
    }
    try {
      const { status, text, location, certificateUntilMs, ms } = await ask(`${url}/healthz`)
      if (status >= 300 && status < 400) {
        const to = location !== undefined && URL.canParse(location) ? new URL(location).origin : '别处'
        return fail(WHAT, `${url} 被跳转到了 ${to}`, 'PUBLIC_URL 直接写跳转后的网址，并让回调地址也用它')
      }
      if (status === 502 || status === 503 || status === 504) {
        return fail(
          WHAT,
          `反向代理答了 HTTP ${status}，它后面的服务没有起来`,
          '启动服务（npm run server），再看代理转发的端口',
        )
      }
      if (status !== 200 || !/"status"\s*:\s*"up"/.test(text)) {
        return fail(
          WHAT,
          `${host} 应答的不是活水（HTTP ${status}）`,
          '核对 PUBLIC_URL 的域名，以及反向代理把整个站点转发到了活水的端口',
        )
      }
      const trouble = certificateTrouble(host, certificateUntilMs, clock.now())
      if (trouble !== undefined) return trouble
      return ok(WHAT, `${url} 从本机打得开（${ms} 毫秒）`)
    } catch (error) {
      const { why, next } = explainNetwork(error, host)
      return fail(WHAT, why, next)
    }
  },
}

/** Renewal is late: by then the usual tools have renewed by themselves. Undefined: no certificate, or long enough. */
export function certificateTrouble(host: string, untilMs: number | undefined, nowMs: number): Finding | undefined {
  const leftDays = untilMs === undefined ? Number.POSITIVE_INFINITY : (untilMs - nowMs) / DAY_MS
  if (leftDays >= RENEW_DAYS) return undefined
  return warn(WHAT, `${host} 的证书还有 ${Math.max(0, Math.floor(leftDays))} 天到期`, '续期证书，并重新加载反向代理')
}

import { ask } from '../ask.ts'
import type { Check } from '../check.ts'
import { CannotLook, fail, ok } from '../finding.ts'
import { trialNonce } from '../trial-nonce.ts'

const WHAT = '回调验签'

/** What anybody could send, with a wrong signature, must be refused with 403. */
export const callbackSignature: Check = {
  group: '公网与回调',
  what: WHAT,
  look: async (context) => {
    const url = new URL('/wecom/callback', context.publicUrl())
    url.search = new URLSearchParams({
      msg_signature: '0'.repeat(40),
      timestamp: String(Math.floor(context.clock.now() / 1_000)),
      nonce: trialNonce(),
    }).toString()
    const body = `<xml><ToUserName>doctor</ToUserName><Encrypt>${'A'.repeat(128)}</Encrypt></xml>`
    const { status } = await ask(url, { method: 'POST', body, contentType: 'text/xml' }).catch(() => {
      throw new CannotLook('对外网址打不开，先解决「对外网址」')
    })
    if (status === 403) return ok(WHAT, '签名不对的请求被拒绝（403）')
    if (status === 200) {
      return fail(
        WHAT,
        '签名不对的请求也被接受了（200），应答的不是活水',
        '核对 PUBLIC_URL 与反向代理，/wecom/callback 要转发到活水',
      )
    }
    return fail(
      WHAT,
      `签名不对的请求答了 HTTP ${status}，本该是 403`,
      '看反向代理的日志，让 /wecom/callback 的 POST 原样转发到活水',
    )
  },
}

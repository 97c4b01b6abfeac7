import { randomText } from '../../../core/kernel/random.ts'
import { createCallbackCrypto } from '../../../platform/wecom/callback/callback-crypto.ts'
import { ask } from '../ask.ts'
import type { Check } from '../check.ts'
import type { DoctorContext } from '../doctor-context.ts'
import { CannotLook, fail, ok, warn } from '../finding.ts'
import { trialNonce } from '../trial-nonce.ts'

const WHAT = '回调回显'
/** WeCom waits a second for the answer to its check. */
const IN_TIME_MS = 1_000

/** The check that WeCom makes when the callback URL is saved, made by ourselves: a sealed text goes to PUBLIC_URL and must
 *  come back in clear, bare. Doc 90930. */
export const callbackEcho: Check = {
  group: '公网与回调',
  what: WHAT,
  look: async (context) => {
    const { status, text, ms, sent } = await echo(context)
    if (status === 200 && text === sent) {
      return ms <= IN_TIME_MS
        ? ok(WHAT, `自己发的加密回显原样解开了（${ms} 毫秒）`)
        : warn(
            WHAT,
            `回显是对的，但用了 ${ms} 毫秒，企业微信只等 1 秒`,
            '看服务器是不是太忙，或代理太远，让它在 1 秒内应答',
          )
    }
    if (text === 'callback.bad-signature') {
      return fail(
        WHAT,
        '服务说签名不对：正在运行的服务用的 Token 与这里的不一样',
        '让服务和这条命令用同一份 WECOM_CALLBACK_TOKEN，然后重启服务',
      )
    }
    if (text === 'callback.bad-body') {
      return fail(
        WHAT,
        '服务解不开：正在运行的服务用的 EncodingAESKey 与这里的不一样，或代理改了网址里的参数',
        '让服务和这条命令用同一份 WECOM_CALLBACK_AES_KEY，然后重启服务；再确认代理原样转发网址',
      )
    }
    if (text === 'callback.wrong-corp') {
      return fail(WHAT, '服务说企业 ID 对不上', '让服务和这条命令用同一份 WECOM_CORP_ID，然后重启服务')
    }
    return fail(
      WHAT,
      `回显不对（HTTP ${status}），应答的多半不是活水`,
      '核对 PUBLIC_URL 与反向代理，/wecom/callback 要原样转发到活水',
    )
  },
}

async function echo(context: DoctorContext): Promise<{ status: number; text: string; ms: number; sent: string }> {
  const { need, clock } = context
  const crypto = createCallbackCrypto({
    token: need('WECOM_CALLBACK_TOKEN'),
    aesKey: need('WECOM_CALLBACK_AES_KEY'),
    corpId: need('WECOM_CORP_ID'),
  })
  const sent = randomText(20)
  const seal = crypto.seal(sent, { timestamp: String(Math.floor(clock.now() / 1_000)), nonce: trialNonce() })
  const url = new URL('/wecom/callback', context.publicUrl())
  url.search = new URLSearchParams({
    msg_signature: seal.signature,
    timestamp: seal.timestamp,
    nonce: seal.nonce,
    echostr: seal.encrypt,
  }).toString()
  const heard = await ask(url).catch(() => {
    throw new CannotLook('对外网址打不开，先解决「对外网址」')
  })
  return { ...heard, sent }
}

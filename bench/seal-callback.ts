import { createHash } from 'node:crypto'
import { encrypt, getSignature } from '@wecom/crypto'
import { credentials } from '../sandbox/credentials.ts'

const { corpId, callbackToken, aesKey } = credentials

export interface SealedCallback {
  path: string
  body: string
}

/** One `change_external_contact` callback of a customer of its own, encrypted and signed for the demo corp. The same
 *  `seed` and `n` name the same customer. */
export function sealCallback(changeType: string, seed: string, n: number): SealedCallback {
  const id = `wm${createHash('sha256').update(`${seed}:${n}`).digest('hex').slice(0, 30)}`
  const nowSec = String(Math.floor(Date.now() / 1000))
  const xml = `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>${nowSec}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[${changeType}]]></ChangeType><UserID><![CDATA[zhangsan]]></UserID><ExternalUserID><![CDATA[${id}]]></ExternalUserID></xml>`
  const encrypted = encrypt(aesKey, xml, corpId)
  const query = new URLSearchParams({
    msg_signature: getSignature(callbackToken, nowSec, 'bench', encrypted),
    timestamp: nowSec,
    nonce: 'bench',
  })
  return {
    path: `/wecom/callback?${query}`,
    body: `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><AgentID><![CDATA[]]></AgentID><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
  }
}

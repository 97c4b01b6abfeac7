import { createHmac } from 'node:crypto'
import { encrypt, getSignature } from '@wecom/crypto'
import type { Target } from './open-target.ts'

/** As the shop signs, or nearly. */
export function signedHeaders(
  target: Pick<Target, 'sandbox'>,
  path: string,
  body: string,
  { secret = target.sandbox.credentials.ordersSecret, method = 'POST', offSec = 0 } = {},
): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000) + offSec)
  const signature = createHmac('sha256', secret).update(`${timestamp}.${method}.${path}.${body}`).digest('hex')
  return { 'x-huoshui-timestamp': timestamp, 'x-huoshui-signature': `v2=${signature}` }
}

export interface Callback {
  query: Record<string, string>
  body: string
}

/** As WeCom seals an event of a customer, `offSec` away from now. */
export function sealedCallback({ sandbox }: Pick<Target, 'sandbox'>, id: string, offSec = 0): Callback {
  const { corpId, callbackToken, aesKey } = sandbox.credentials
  const timestamp = String(Math.floor(Date.now() / 1_000) + offSec)
  const xml = `<xml><ToUserName>${corpId}</ToUserName><FromUserName>sys</FromUserName><CreateTime>${timestamp}</CreateTime><MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>attack_only</ChangeType><UserID>zhangsan</UserID><ExternalUserID>${id}</ExternalUserID></xml>`
  const sealed = encrypt(aesKey, xml, corpId)
  const msg_signature = getSignature(callbackToken, timestamp, 'attack', sealed)
  const body = `<xml><ToUserName>${corpId}</ToUserName><AgentID></AgentID><Encrypt>${sealed}</Encrypt></xml>`
  return { query: { msg_signature, timestamp, nonce: 'attack' }, body }
}

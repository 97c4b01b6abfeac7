import { encrypt, getSignature } from '@wecom/crypto'
import { type EventFields, eventXml } from '../../../../sandbox/event-xml.ts'
import type { TestApp } from '../../../testing/build-test-app.ts'

/** Sends an event that the sandbox's people cannot cause, as the platform would: encrypted, signed, over HTTP. */
export async function tell(t: TestApp, changeType: string, fields: EventFields): Promise<void> {
  const { corpId, aesKey, callbackToken } = t.sandbox.credentials
  const nowSec = Math.floor(t.clock.now() / 1_000)
  const xml = eventXml(corpId, nowSec, 'change_external_contact', [['ChangeType', changeType], ...fields])
  const encrypted = encrypt(aesKey, xml, corpId)
  const signature = getSignature(callbackToken, String(nowSec), 'n0nce', encrypted)
  const answer = await fetch(`${t.url}/wecom/callback?msg_signature=${signature}&timestamp=${nowSec}&nonce=n0nce`, {
    method: 'POST',
    body: `<xml><ToUserName>${corpId}</ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
  })
  if (answer.status !== 200) throw new Error(`callback answered ${answer.status}`)
  await t.settle()
}

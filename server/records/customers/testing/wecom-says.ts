import { encrypt, getSignature } from '@wecom/crypto'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { TestApp } from '../../../testing/build-test-app.ts'

/** The platform whose word it is, its time, and where the server listens. */
export type SaidTo = Pick<TestApp, 'sandbox' | 'url'> & { clock: Pick<Clock, 'now'> }

export interface Said {
  [field: string]: string
}

const insideCdata = (text: string): string => text.replaceAll(']]>', ']]]]><![CDATA[>')

/** Posts one event as WeCom would, signed and encrypted, for what the sandbox's people do not do; `atMs` is the event's
 *  own time, UTC milliseconds. Gives the HTTP status. */
export async function wecomSays(t: TestApp, event: string, fields: Said, atMs = t.clock.now()): Promise<number> {
  const { credentials } = t.sandbox
  const all = {
    ToUserName: credentials.corpId,
    FromUserName: 'sys',
    CreateTime: String(Math.floor(atMs / 1_000)),
    MsgType: 'event',
    Event: event,
    ...fields,
  }
  const xml = `<xml>${Object.entries(all)
    .map(([name, value]) => `<${name}><![CDATA[${insideCdata(value)}]]></${name}>`)
    .join('')}</xml>`
  return postCallback(t, xml)
}

/** Posts a message to the callback URL as WeCom would, signed and encrypted anew. Gives the HTTP status. */
export async function postCallback(t: SaidTo, xml: string): Promise<number> {
  const { credentials } = t.sandbox
  const encrypted = encrypt(credentials.aesKey, xml, credentials.corpId)
  const timestamp = String(Math.floor(t.clock.now() / 1_000))
  const signature = getSignature(credentials.callbackToken, timestamp, 'nonce', encrypted)
  const query = new URLSearchParams({ msg_signature: signature, timestamp, nonce: 'nonce' })
  const answer = await fetch(`${t.url}/wecom/callback?${query}`, {
    method: 'POST',
    body: `<xml><ToUserName><![CDATA[${credentials.corpId}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
  })
  return answer.status
}

/** A change_external_contact event of one pair. */
export const contactEvent = (t: TestApp, changeType: string, fields: Said, atMs?: number): Promise<number> =>
  wecomSays(t, 'change_external_contact', { ChangeType: changeType, ...fields }, atMs)

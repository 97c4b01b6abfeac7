import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createSettableClock } from '../../../core/kernel/clock.ts'
import { createCallbackCrypto } from './callback-crypto.ts'
import { createCallbackEnvelope } from './callback-envelope.ts'

const secrets = { token: 'QDG6eK', aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C', corpId: 'wx5823bf96d3bd56c7' }
const OLD = { ...secrets, token: 'oldToken', aesKey: 'AAAAm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C' }
const clock = createSettableClock('2026-01-01T15:00:00+08:00')
const envelope = createCallbackEnvelope({ clock, secrets: [secrets, OLD] })

function post(plaintext: string, from = secrets, to = envelope) {
  const sealed = createCallbackCrypto(from).seal(plaintext, { timestamp: '1767251460', nonce: 'n1' })
  const body = `<xml><ToUserName><![CDATA[${from.corpId}]]></ToUserName><Encrypt><![CDATA[${sealed.encrypt}]]></Encrypt></xml>`
  return to.openEvent(sealed, body)
}
const sample = (name: string): string => readFileSync(new URL(`../testing/events/${name}.xml`, import.meta.url), 'utf8')

it('answers the check of the URL with the bare text', () => {
  const signed = {
    signature: '5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3',
    timestamp: '1409659589',
    nonce: '263014780',
  }
  const echo = 'P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=='
  expect(envelope.openEcho(signed, echo)).toBe('1616140317555161061')
})

describe('an event', () => {
  it('is opened, named and keyed', () => {
    const event = post(sample('change_external_contact.del_follow_user'))
    expect(event).toMatchObject({
      kind: 'wecom.change_external_contact.del_follow_user',
      lane: 'normal',
      payload: { UserID: 'zhangsan', ExternalUserID: 'wmEpXaDQAA8J1mWqk9z4uT0cVn2LxRfg' },
    })
  })

  it('sealed anew for each delivery is the same event', () => {
    const xml = sample('change_external_contact.add_external_contact')
    expect(post(xml).dedupeKey).toBe(post(xml).dedupeKey)
  })

  it('may be sealed under the token and key that are on their way out, and under no mixture', () => {
    const xml = sample('change_external_contact.add_external_contact')
    expect(post(xml, OLD).dedupeKey).toBe(post(xml).dedupeKey)
    expect(() => post(xml, { ...secrets, aesKey: OLD.aesKey })).toThrow(
      expect.objectContaining({ code: 'callback.bad-body' }),
    )
    const withOldKey = { ...secrets, aesKey: OLD.aesKey }
    const whileKeyChanges = createCallbackEnvelope({ clock, secrets: [secrets, withOldKey] })
    expect(post(xml, withOldKey, whileKeyChanges).dedupeKey).toBe(post(xml).dedupeKey)
    expect(() => post(xml, { ...secrets, token: 'strange' })).toThrow(
      expect.objectContaining({ code: 'callback.bad-signature' }),
    )
  })

  it('of another corp is refused', () => {
    const other = { ...secrets, corpId: 'ww0000000000000000' }
    expect(() => post(sample('change_external_chat.create'), other)).toThrow(
      expect.objectContaining({ code: 'callback.wrong-corp', status: 403 }),
    )
  })

  it('with an XML bomb inside is refused', () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Event>&b;</Event></xml>'
    expect(() => post(bomb)).toThrow(expect.objectContaining({ code: 'callback.bad-body', status: 400 }))
  })

  it('that is surely from WeCom but unreadable is kept, once', () => {
    const broken = '<xml><Event>change_external_contact</Event><UserID>'
    expect(post(broken)).toMatchObject({
      kind: 'wecom.unknown',
      payload: { why: 'not XML', raw: { plaintext: broken } },
    })
    expect(post(broken).dedupeKey).toBe(post(broken).dedupeKey)
    expect(post(`${broken}x`).dedupeKey).not.toBe(post(broken).dedupeKey)
  })
})

import { encrypt, getSignature } from '@wecom/crypto'
import { fastify } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import type { InboundEvent } from './accept.ts'
import { callbackRoute } from './callback-route.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp()
})
afterEach(() => t.close())

interface Shape {
  corpId?: string
  signature?: string
  timestamp?: number
  encrypted?: string
  envelope?: (encrypted: string) => string
  contentType?: string
}

/** A callback as WeCom sends it, with one thing changed. */
async function post(message: string, shape: Shape = {}) {
  const { callbackToken, aesKey, corpId } = t.sandbox.credentials
  const encrypted = shape.encrypted ?? encrypt(aesKey, message, shape.corpId ?? corpId)
  const timestamp = String(shape.timestamp ?? Math.floor(t.clock.now() / 1000))
  const signature = shape.signature ?? getSignature(callbackToken, timestamp, 'nonce1', encrypted)
  const envelope =
    shape.envelope ??
    ((text: string) =>
      `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><AgentID></AgentID><Encrypt><![CDATA[${text}]]></Encrypt></xml>`)
  const query = new URLSearchParams({ msg_signature: signature, timestamp, nonce: 'nonce1' })
  const answer = await fetch(`${t.url}/wecom/callback?${query}`, {
    method: 'POST',
    body: envelope(encrypted),
    headers: { 'content-type': shape.contentType ?? 'text/xml' },
  })
  return { status: answer.status, body: await answer.text() }
}

const event = (name: string, fields = ''): string =>
  `<xml><ToUserName><![CDATA[${t.sandbox.credentials.corpId}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>${Math.floor(t.clock.now() / 1000)}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[${name}]]></Event>${fields}</xml>`

const stored = () => t.rawRows<{ kind: string; state: string }>('SELECT kind, state FROM inbound_event ORDER BY id')

describe('GET /wecom/callback', () => {
  /** The console's check as WeCom sends it, `ageSec` ago, with one thing changed. */
  function check(plaintext: string, { ageSec = 0, ...changed }: { ageSec?: number; timestamp?: string } = {}) {
    const { callbackToken, aesKey, corpId } = t.sandbox.credentials
    const echostr = encrypt(aesKey, plaintext, corpId)
    const timestamp = String(Math.floor(t.clock.now() / 1000) - ageSec)
    const signature = getSignature(callbackToken, timestamp, 'n', echostr)
    const query = { msg_signature: signature, timestamp, nonce: 'n', echostr, ...changed }
    return fetch(`${t.url}/wecom/callback?${new URLSearchParams(query)}`)
  }

  it('answers the console’s check with exactly the decrypted text', async () => {
    const answer = await check('1616140317555161061')
    expect([answer.status, await answer.text()]).toEqual([200, '1616140317555161061'])
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
    expect((await check('1616140317555161061', { timestamp: '2' })).status).toBe(403)
    expect((await fetch(`${t.url}/wecom/callback?timestamp=1&nonce=n`)).status).toBe(400)
  })

  it.each([599, -599])('takes a check of %i s ago', async (ageSec) =>
    expect((await check('1616140317555161061', { ageSec })).status).toBe(200),
  )
  it.each([602, -602])('refuses a check of %i s ago', async (ageSec) => {
    const answer = await check('1616140317555161061', { ageSec })
    expect([answer.status, await answer.text()]).toEqual([403, 'callback.stale'])
  })

  it('opens no message that somebody kept', async () => {
    for (const kept of [event('change_external_contact'), '', '有人给您发了消息', '1'.repeat(65)]) {
      const answer = await check(kept)
      expect([answer.status, await answer.text()]).toEqual([403, 'callback.no-echo'])
    }
  })

  it('repairs a plus that a proxy turned into a blank', async () => {
    const { callbackToken, aesKey, corpId } = t.sandbox.credentials
    let echostr = ''
    while (!echostr.includes('+')) echostr = encrypt(aesKey, `${Math.random()}`, corpId)
    const timestamp = String(Math.floor(t.clock.now() / 1000))
    const signature = getSignature(callbackToken, timestamp, 'n', echostr)
    const broken = encodeURIComponent(echostr).replaceAll('%2B', '+')
    const answer = await fetch(
      `${t.url}/wecom/callback?msg_signature=${signature}&timestamp=${timestamp}&nonce=n&echostr=${broken}`,
    )
    expect(answer.status).toBe(200)
  })
})

describe('POST /wecom/callback', () => {
  it('stores an event nobody knows and answers success', async () => {
    expect(await post(event('something_new', '<Strange><![CDATA[值]]></Strange>'))).toEqual({
      status: 200,
      body: 'success',
    })
    await t.settle()
    expect(await stored()).toEqual([{ kind: 'wecom.unknown', state: 'kept' }])
  })

  it('keeps a known event whose fields are missing, instead of losing or choking on it', async () => {
    const fields = '<ChangeType><![CDATA[add_external_contact]]></ChangeType><UserID><![CDATA[zhangsan]]></UserID>'
    expect((await post(event('change_external_contact', fields))).status).toBe(200)
    await t.settle()
    expect(await stored()).toEqual([{ kind: 'wecom.unknown', state: 'kept' }])
  })

  it('takes an event that comes again, encrypted anew, as the same', async () => {
    const message = event('something_new')
    await Promise.all([post(message), post(message), post(message), post(message)])
    expect(await stored()).toHaveLength(1)
  })

  it.each<[string, Shape, number]>([
    ['a wrong signature', { signature: '0'.repeat(40) }, 403],
    ['a signature of another length', { signature: 'abc' }, 403],
    ['a message for another corp', { corpId: 'wwanother000000001' }, 403],
    ['a timestamp of an hour ago', { timestamp: 1_795_305_600 }, 403],
    ['garbage instead of base64', { encrypted: '%%%not-base64%%%' }, 400],
    ['a body without Encrypt', { envelope: () => '<xml><a>1</a></xml>' }, 400],
    ['a body that is no XML', { envelope: () => 'hello' }, 400],
    [
      'an XML bomb',
      {
        envelope: (text) =>
          `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><xml><Encrypt>${text}&b;</Encrypt></xml>`,
      },
      400,
    ],
  ])('refuses %s and stores nothing', async (_what, shape, status) => {
    expect((await post(event('something_new'), shape)).status).toBe(status)
    expect(await stored()).toEqual([])
  })

  it('refuses a truncated AES block, though its signature is right', async () => {
    const { callbackToken, aesKey, corpId } = t.sandbox.credentials
    const whole = Buffer.from(encrypt(aesKey, event('something_new'), corpId), 'base64')
    const cut = whole.subarray(0, whole.length - 7).toString('base64')
    const signature = getSignature(callbackToken, String(Math.floor(t.clock.now() / 1000)), 'nonce1', cut)
    expect((await post('', { encrypted: cut, signature })).status).toBe(400)
    expect(await stored()).toEqual([])
  })

  it('refuses an entity inside the sealed message', async () => {
    const bomb = `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${event('something_new', '<A>&e;</A>')}`
    expect((await post(bomb)).status).toBe(400)
    expect(await stored()).toEqual([])
  })

  it('refuses a body of 10 MB', async () => {
    const answer = await post('', { encrypted: 'x', envelope: () => 'A'.repeat(10 * 1024 * 1024) }).catch(() => ({
      status: 413,
    }))
    expect(answer.status).toBe(413)
    expect((await fetch(`${t.url}/healthz`)).status).toBe(200)
  })

  it('accepts the JSON form', async () => {
    const envelope = (encrypt: string): string =>
      JSON.stringify({ tousername: t.sandbox.credentials.corpId, encrypt, agentid: '1' })
    expect((await post(event('something_new'), { envelope })).status).toBe(200)
  })

  it.each(['', 'xml', 'application/json', 'text/xml; charset=;'])(
    'accepts it as the type "%s"',
    async (contentType) => {
      expect((await post(event('something_new'), { contentType })).status).toBe(200)
      expect(await stored()).toHaveLength(1)
    },
  )

  it('answers 503 while the database is away, and takes the re-sent event when it is back, without a restart', async () => {
    await t.db.source.destroy()
    const connect = t.db.source.initialize
    t.db.source.initialize = () => Promise.reject(new Error('connect ECONNREFUSED'))
    expect((await fetch(`${t.url}/wecom/callback?timestamp=1&nonce=n`)).status).toBe(400)
    expect((await post(event('something_new'))).status).toBe(503)
    // Of ours why; what a stranger sent is not worth more than its code.
    const refusals = t.logLines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'callback refused')
    expect(refusals.slice(-2).map(({ code, err }) => [code, typeof err])).toEqual([
      ['callback.bad-query', 'undefined'],
      ['callback.not-stored', 'string'],
    ])
    expect((await fetch(`${t.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${t.url}/healthz`)).status).toBe(200)
    t.db.source.initialize = connect
    expect((await post(event('something_new'))).status).toBe(200)
    expect((await fetch(`${t.url}/readyz`)).status).toBe(200)
    expect(await stored()).toHaveLength(1)
  })

  it('answers 503 until the tables can be used, and keeps nothing of it', async () => {
    let isPrepared = false
    const accepted: unknown[] = []
    const app = fastify()
    const event: InboundEvent = {
      kind: 'wecom.unknown',
      dedupeKey: 'one',
      eventAtMs: t.clock.now(),
      lane: 'normal',
      payload: {},
    }
    callbackRoute({
      envelope: { openEcho: () => '', openEvent: () => event },
      accept: async (one) => void accepted.push(one),
      clock: t.clock,
      windowSec: 600,
      isReady: () => isPrepared,
    })(app)
    const url = `/wecom/callback?msg_signature=a&timestamp=${Math.floor(t.clock.now() / 1000)}&nonce=n`
    const send = () => app.inject({ method: 'POST', url, payload: '<xml/>', headers: { 'content-type': 'text/xml' } })
    expect([(await send()).statusCode, accepted]).toEqual([503, []])
    isPrepared = true
    expect([(await send()).statusCode, accepted]).toEqual([200, [event]])
    await app.close()
  })

  it('logs a refusal in one line without content', async () => {
    const before = t.logLines.length
    await post(event('something_new', '<Phone>13812345678</Phone>'), { signature: '0'.repeat(40) })
    await post(event('something_new', '<Phone>13812345678</Phone>'), {
      envelope: (text) => `<xml>13812345678 ${text}</xml>`,
    })
    const lines = t.logLines.slice(before)
    expect(lines.map((line) => JSON.parse(line).code)).toEqual(['callback.bad-signature', 'callback.bad-body'])
    expect(lines.join('')).not.toMatch(/13812345678|0000000000|nonce1/)
  })
})

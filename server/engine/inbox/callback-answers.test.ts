import { type FastifyInstance, fastify } from 'fastify'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AppError } from '../../core/kernel/app-error.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import type { InboundEvent } from './accept.ts'
import { type CallbackDeps, callbackRoute, TRIAL_NONCE } from './callback-route.ts'

const NOW = Date.parse('2026-11-22T09:00:00+08:00')
const clock = createSettableClock(NOW)
const EVENT: InboundEvent = { kind: 'k', dedupeKey: 'one', eventAtMs: NOW, lane: 'normal', payload: {} }

let app: FastifyInstance
let told: string[]
let lines: { msg: string }[]
beforeEach(() => {
  told = []
  lines = []
  clock.set(NOW)
})
afterEach(() => app.close())

/** The route alone, with one part of what it needs exchanged. */
function open(changed: Partial<CallbackDeps> = {}) {
  app = fastify({
    logger: { level: 'warn', stream: { write: (line) => lines.push(JSON.parse(line)) } },
  })
  callbackRoute({
    envelope: { openEcho: (_signed, echo) => echo, openEvent: () => EVENT },
    accept: async () => void told.push('stored'),
    clock,
    windowSec: 600,
    isReady: () => true,
    beforeRefusal: async (address) => void told.push(`refuses ${address}`),
    onAccepted: () => told.push('accepted'),
    onRefused: (code) => told.push(code),
    ...changed,
  })(app)
}
const query = (more: Record<string, string | undefined> = {}) => {
  const whole = { msg_signature: 'a', timestamp: String(NOW / 1000), nonce: 'n', ...more }
  return `/wecom/callback?${new URLSearchParams(JSON.parse(JSON.stringify(whole)) as Record<string, string>)}`
}
const post = async (more: Record<string, string | undefined> = {}, payload: string | undefined = '<xml/>') => {
  const { statusCode, body } = await app.inject({
    method: 'POST',
    url: query(more),
    ...(payload === '' ? {} : { payload }),
  })
  return `${statusCode} ${body}`
}
const refuse = (error: unknown): Partial<CallbackDeps> => ({
  envelope: {
    openEcho: () => '',
    openEvent: () => {
      throw error
    },
  },
})

it('an event is stored, answered and counted; whoever logs has no id for it', async () => {
  open()
  expect(await post()).toBe('200 success')
  expect(told).toEqual(['stored', 'accepted'])
})

it.each<[string, unknown, string, string[]]>([
  ['their fault', new AppError('no.sense', 'm', { status: 499 }), '499 no.sense', ['no.sense', 'refuses 127.0.0.1']],
  ['our fault, and says so', new AppError('our.fault', 'm', { status: 500 }), '503 our.fault', ['our.fault']],
  ['a fault nobody named', new Error('boom'), '503 callback.not-stored', ['callback.not-stored']],
])('refuses for %s; only strangers wait for their no', async (_what, error, answer, expected) => {
  open(refuse(error))
  expect(await post()).toBe(answer)
  expect(told).toEqual(expected)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({ msg: 'callback refused', code: expected[0] })
  expect(lines[0]).not.toHaveProperty('reqId')
})

it('a trial of the doctor’s is refused as any other, and neither counted nor logged', async () => {
  open(refuse(new AppError('no.sense', 'm', { status: 400 })))
  expect(await post({ nonce: `${TRIAL_NONCE}1` })).toBe('400 no.sense')
  expect([told, lines]).toEqual([['refuses 127.0.0.1'], []])
  // What is no query at all is no trial either.
  expect(await post({ nonce: `${TRIAL_NONCE}1`, timestamp: 'soon' })).toBe('400 callback.bad-query')
  expect(told).toEqual(['refuses 127.0.0.1', 'callback.bad-query', 'refuses 127.0.0.1'])
})

it('wants a body, and for a check of the console an echo', async () => {
  open()
  expect(await post({}, '')).toBe('400 callback.bad-body')
  const get = async (url: string) => (await app.inject({ method: 'GET', url })).body
  expect(await get(query())).toBe('callback.bad-query')
  expect(await get(query({ echostr: '1' }))).toBe('1')
})

it.each([
  [600_000, '200 success'],
  [600_001, '403 callback.stale'],
  [-600_000, '200 success'],
  [-600_001, '403 callback.stale'],
])('a message of %i ms ago gets %s', async (agoMs, answer) => {
  open()
  clock.set(NOW + agoMs)
  expect(await post()).toBe(answer)
})

it('a commit that takes longer than four and a half seconds is answered with a no, so that it is sent again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    let asked: () => void = () => undefined
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve
    })
    open({
      accept: () => {
        asked()
        return new Promise(() => undefined)
      },
    })
    const answer = post()
    await isAsked
    vi.advanceTimersByTime(4_499)
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toEqual([])
    vi.advanceTimersByTime(1)
    expect(await answer).toBe('503 callback.not-stored')
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

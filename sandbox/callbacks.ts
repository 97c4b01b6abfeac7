import { Agent, request } from 'node:http'
import { encrypt, getSignature } from '@wecom/crypto'
import type { Clock } from '../server/core/kernel/clock.ts'
import type { Credentials } from './credentials.ts'
import { type DeliveryMode, fateOf } from './delivery-fate.ts'
import { type EventFields, eventXml } from './event-xml.ts'
import { createHeldBack } from './held-back.ts'
import type { SeededRandom } from './random.ts'

/** The platform cuts a callback after 5 s (docs 90930). */
const TIMEOUT_MS = 5_000
const TRIES = 3

export interface Delivery {
  /** Event, change type, ids and create time, for people and for filters. */
  key: string
  event: string
  fields: EventFields
  /** Decrypted text; every copy and every retry repeats it byte for byte. */
  xml: string
  tries: number
  delivered: boolean
  /** Lost on its way: Huoshui was never asked. */
  dropped: boolean
}

export type Callbacks = ReturnType<typeof createCallbacks>

/** Sends events to Huoshui: encrypted, signed, 3 tries in all, nothing but HTTP 200 counts. Docs 90930, 90968. */
export function createCallbacks(options: {
  credentials: Credentials
  clock: Clock
  /** By which callbacks are signed: Huoshui's own, however far `clock` was moved. */
  signedAt: Clock
  random: SeededRandom
  retryDelaysMs: number[]
  keep: number
}) {
  const { credentials, clock, signedAt, random, retryDelaysMs, keep } = options
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  let target: URL | undefined
  let log: Delivery[] = []
  let pending = 0
  let waiting: (() => void)[] = []
  let mode: DeliveryMode = {}
  const retryTimers = new Map<NodeJS.Timeout, () => void>()
  let closed = false

  const done = (): void => {
    pending -= 1
    if (pending > 0 || waiting.length === 0 || heldBack.releaseAll() > 0) return
    const resolvers = waiting
    waiting = []
    for (const resolve of resolvers) resolve()
  }

  /** One POST; resolves to the HTTP status, 0 when there was none. */
  const post = (url: URL, xml: string): Promise<number> =>
    new Promise((resolve) => {
      const encrypted = encrypt(credentials.aesKey, xml, credentials.corpId)
      const timestamp = String(Math.floor(signedAt.now() / 1000))
      const nonce = random.hex(10)
      const signature = getSignature(credentials.callbackToken, timestamp, nonce, encrypted)
      const body = `<xml><ToUserName><![CDATA[${credentials.corpId}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt><AgentID><![CDATA[]]></AgentID></xml>`
      const call = request(
        {
          agent,
          host: url.hostname,
          port: url.port,
          method: 'POST',
          path: `${url.pathname}?msg_signature=${signature}&timestamp=${timestamp}&nonce=${nonce}`,
          headers: { 'content-type': 'text/xml; charset=utf-8', 'content-length': Buffer.byteLength(body) },
        },
        (answer) => {
          answer.resume()
          answer.on('end', () => finish(answer.statusCode ?? 0))
          answer.on('error', () => finish(0))
        },
      )
      const timer = setTimeout(() => call.destroy(new Error('timed out')), TIMEOUT_MS)
      const finish = (status: number): void => {
        clearTimeout(timer)
        resolve(status)
      }
      call.on('error', () => finish(0))
      call.end(body)
    })

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        retryTimers.delete(timer)
        resolve()
      }, ms)
      retryTimers.set(timer, resolve)
    })

  const deliver = async (delivery: Delivery): Promise<void> => {
    try {
      for (let attempt = 0; attempt < TRIES && !closed; attempt++) {
        const url = target
        if (!url) return
        if (attempt > 0) await pause(retryDelaysMs[attempt - 1] ?? retryDelaysMs.at(-1) ?? 0)
        if (closed) return
        delivery.tries += 1
        if ((await post(url, delivery.xml)) === 200) {
          delivery.delivered = true
          return
        }
      }
    } finally {
      done()
    }
  }

  const start = (delivery: Delivery): void => {
    pending += 1
    void deliver(delivery)
  }

  const heldBack = createHeldBack({ clock, random, release: start })
  const seen = new Map<string, number>()

  /** On its way, or not: as the mode and the seed have it. */
  const queue = (delivery: Delivery, kind: string): void => {
    heldBack.passed()
    const nth = (seen.get(kind) ?? 0) + 1
    seen.set(kind, nth)
    const arrivals = fateOf(mode, kind, nth)
    if (arrivals.length === 0) delivery.dropped = true
    for (const arrival of arrivals) {
      if (arrival.afterEvents === 0 && arrival.afterMs === 0) start(delivery)
      else heldBack.hold(delivery, arrival)
    }
  }

  return {
    connect: (appUrl: string | undefined): void => {
      target = appUrl === undefined ? undefined : new URL(`${appUrl.replace(/\/$/, '')}/wecom/callback`)
    },
    /** Something happened. Returns at once; delivery goes on by itself. */
    send: (event: string, fields: EventFields): void => {
      const createTimeSec = Math.floor(clock.now() / 1000)
      const words = fields.map(([, value]) => (typeof value === 'object' ? value.join(',') : value))
      const delivery: Delivery = {
        key: [event, ...words, createTimeSec].join(' '),
        event,
        fields,
        xml: eventXml(credentials.corpId, createTimeSec, event, fields),
        tries: 0,
        delivered: false,
        dropped: false,
      }
      log.push(delivery)
      if (log.length > keep * 2) log = log.slice(-keep)
      queue(delivery, `${event} ${words[0]}`)
    },
    log: (): readonly Delivery[] => log,
    redeliver: (filter: (delivery: Delivery) => boolean): number => {
      const again = log.filter(filter)
      for (const delivery of again) start(delivery)
      return again.length
    },
    /** What befalls every later event; seeds count from here. */
    setDelivery: (next: DeliveryMode): void => {
      mode = next
      seen.clear()
    },
    delivery: (): DeliveryMode => mode,
    /** Resolves once nothing is under way, overtaken or waiting for a retry. What comes late stays late. */
    settle: (): Promise<void> => {
      heldBack.releaseAll()
      return pending === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))
    },
    close: (): void => {
      closed = true
      heldBack.close()
      for (const [timer, resolve] of retryTimers) {
        clearTimeout(timer)
        resolve()
      }
      retryTimers.clear()
      agent.destroy()
    },
  }
}

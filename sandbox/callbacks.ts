import { Agent, request } from 'node:http'
import { encrypt, getSignature } from '@wecom/crypto'
import type { Clock } from '../server/kernel/clock.ts'
import type { Credentials } from './credentials.ts'
import { type EventFields, eventXml } from './event-xml.ts'
import type { SeededRandom } from './random.ts'

/** The platform cuts a callback after 5 s (docs 90930). */
const TIMEOUT_MS = 5_000
const TRIES = 3
const SHUFFLE_WINDOW_MS = 25

export interface Delivery {
  /** Event, change type, ids and create time, for people and for filters. */
  key: string
  event: string
  fields: EventFields
  /** Decrypted text; every copy and every retry repeats it byte for byte. */
  xml: string
  tries: number
  delivered: boolean
}

export type Callbacks = ReturnType<typeof createCallbacks>

/** Sends events to Huoshui: encrypted, signed, 3 tries in all, nothing but HTTP 200 counts. Docs 90930, 90968. */
export function createCallbacks(options: {
  credentials: Credentials
  clock: Clock
  random: SeededRandom
  retryDelaysMs: number[]
  keep: number
}) {
  const { credentials, clock, random, retryDelaysMs, keep } = options
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  let target: URL | undefined
  let log: Delivery[] = []
  let pending = 0
  let waiting: (() => void)[] = []
  let mode = { copies: 1, shuffle: false }
  let held: Delivery[] = []
  let holdTimer: NodeJS.Timeout | undefined
  const retryTimers = new Map<NodeJS.Timeout, () => void>()
  let closed = false

  const done = (): void => {
    pending -= 1
    if (pending > 0 || held.length > 0) return
    const resolvers = waiting
    waiting = []
    for (const resolve of resolvers) resolve()
  }

  /** One POST; resolves to the HTTP status, 0 when there was none. */
  const post = (url: URL, xml: string): Promise<number> =>
    new Promise((resolve) => {
      const encrypted = encrypt(credentials.aesKey, xml, credentials.corpId)
      const timestamp = String(Math.floor(clock.now() / 1000))
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

  const flush = (): void => {
    clearTimeout(holdTimer)
    holdTimer = undefined
    const batch = random.shuffle(held)
    held = []
    for (const delivery of batch) start(delivery)
  }

  const queue = (delivery: Delivery): void => {
    if (!mode.shuffle) {
      for (let copy = 0; copy < mode.copies; copy++) start(delivery)
      return
    }
    for (let copy = 0; copy < mode.copies; copy++) held.push(delivery)
    holdTimer ??= setTimeout(flush, SHUFFLE_WINDOW_MS)
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
      }
      log.push(delivery)
      if (log.length > keep * 2) log = log.slice(-keep)
      queue(delivery)
    },
    log: (): readonly Delivery[] => log,
    redeliver: (filter: (delivery: Delivery) => boolean): number => {
      const again = log.filter(filter)
      for (const delivery of again) queue(delivery)
      return again.length
    },
    /** Every later event goes out `copies` times; `shuffle`: those of the same moment in any order. */
    setDelivery: (next: { copies?: number; shuffle?: boolean }): void => {
      mode = { copies: next.copies ?? 1, shuffle: next.shuffle ?? false }
    },
    /** Resolves once nothing is under way, held back or waiting for a retry. */
    settle: (): Promise<void> => {
      if (held.length > 0) flush()
      return pending === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))
    },
    close: (): void => {
      closed = true
      clearTimeout(holdTimer)
      held = []
      for (const [timer, resolve] of retryTimers) {
        clearTimeout(timer)
        resolve()
      }
      retryTimers.clear()
      agent.destroy()
    },
  }
}

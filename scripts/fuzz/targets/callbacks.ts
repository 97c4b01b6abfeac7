import { Agent, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { credentials } from '../../../sandbox/credentials.ts'
import type { SeededRandom } from '../../../sandbox/random.ts'
import { raw } from '../../../server/core/db/sql.ts'
import { createLogger } from '../../../server/core/kernel/logger.ts'
import { buildApp } from '../../../server/engine/http/app.ts'
import { createAccept } from '../../../server/engine/inbox/accept.ts'
import { callbackRoute } from '../../../server/engine/inbox/callback-route.ts'
import { createCallbackEnvelope } from '../../../server/platform/wecom/callback/callback-envelope.ts'
import { createTestKit } from '../../../server/testing/test-kit.ts'
import { applyEdits, drawEdit, type Edit, shorterTexts, withoutOne } from '../edit-text.ts'
import { marked, oddPlaintext, XML_WORDS } from '../odd-plaintext.ts'
import { isSoundFrame, type OddFrame, sealOdd } from '../seal-odd.ts'
import { type Bench, defineTarget, type Verdict } from '../target.ts'

/** One POST. Each part is as WeCom sends it, but for what is named. */
interface CallbackCase {
  /** Bytes of the decrypted message, latin1. */
  plaintext: string
  frame?: OddFrame
  /** Seconds between its timestamp and our clock; signed. */
  age?: number
  form?: 'json' | 'long'
  contentType?: string
  /** Made after signing. */
  edits?: { of: Part; edits: Edit[] }
  /** Sent once more, at the same time. */
  twice?: boolean
  socket?: boolean
}
type Part = 'encrypt' | 'signature' | 'timestamp' | 'nonce' | 'body'

interface Answer {
  status: number
  body: string
}

const WINDOW_SEC = 600
const NOW = '2026-11-22T09:00:00+08:00'
const PARTS: readonly Part[] = ['encrypt', 'signature', 'timestamp', 'nonce', 'body', 'body']
const CONTENT_TYPES = ['text/xml', 'application/json', 'text/plain; charset=gbk', 'multipart/form-data', 'x', '']
const QUERY_WORDS = ['0', ' ', '+', '-1', '1e3', '%00', '\0', '[]', '&', '=', '__proto__']
const BASE64_WORDS = ['=', '==', '-', '_', '\n', ' ', 'A', 'AAAA', '%3D', ']]>', '</Encrypt><Encrypt>']
/** Real ones are a few KB; beyond this the route refuses. */
const BODY_LIMIT = 256 * 1024
const REFUSALS = new Set([400, 403, 413])

/** What a case sends. `isChanged`: something that is signed is not what was signed. */
function postOf(one: CallbackCase, mark: string) {
  const message = Buffer.from(marked(one.plaintext, mark), 'latin1')
  const nowSec = Date.parse(NOW) / 1_000
  const timestamp = String(nowSec - (one.age ?? 0))
  const nonce = `n${mark}`
  const { encrypt, signature } = sealOdd(message, { timestamp, nonce, ...(one.frame && { frame: one.frame }) })
  const edit = (part: Part, text: string): string => (one.edits?.of === part ? applyEdits(text, one.edits.edits) : text)
  const sent = {
    encrypt: edit('encrypt', encrypt),
    signature: edit('signature', signature),
    timestamp: edit('timestamp', timestamp),
    nonce: edit('nonce', nonce),
  }
  const isChanged =
    sent.encrypt.trim() !== encrypt ||
    sent.signature !== signature ||
    sent.timestamp !== timestamp ||
    sent.nonce !== nonce
  const query = new URLSearchParams({ msg_signature: sent.signature, timestamp: sent.timestamp, nonce: sent.nonce })
  const xml = (more = ''): string =>
    `<xml><ToUserName><![CDATA[${credentials.corpId}]]></ToUserName><AgentID><![CDATA[]]></AgentID>${more}<Encrypt><![CDATA[${sent.encrypt}]]></Encrypt></xml>`
  const body =
    one.form === 'json'
      ? JSON.stringify({ tousername: credentials.corpId, encrypt: sent.encrypt, agentid: 1 })
      : xml(one.form === 'long' ? `<Long>${'x'.repeat(BODY_LIMIT)}</Long>` : '')
  // Blanks around the ciphertext are layout of the envelope; whether they may stand there is not for us to say.
  const isLaidOut = sent.encrypt !== encrypt || one.edits?.of === 'body'
  return {
    url: `/wecom/callback?${query}`,
    body: Buffer.from(edit('body', body), 'latin1'),
    message,
    isChanged,
    isLaidOut,
  }
}

/** What must become of it. `either`: the envelope was changed, so it may be refused; accepted, it must be the same event. */
type Expected = 'kept' | 'refused' | 'either'
function expectedOf(one: CallbackCase, { message, body, isChanged, isLaidOut }: ReturnType<typeof postOf>): Expected {
  if (isChanged || !isSoundFrame(message, one.frame ?? {}) || Math.abs(one.age ?? 0) > WINDOW_SEC) return 'refused'
  if (isLaidOut || body.length > BODY_LIMIT) return 'either'
  // The one thing in a signed message that is refused: what declares entities.
  if (/<!\s*(DOCTYPE|ENTITY)/i.test(message.toString('latin1'))) return 'either'
  return 'kept'
}

function make(random: SeededRandom): CallbackCase {
  const one: CallbackCase = { plaintext: oddPlaintext(random) }
  if (random.int(20) === 0) one.twice = true
  if (random.int(100) === 0) one.socket = true
  if (random.int(10) === 0) one.contentType = random.pick(CONTENT_TYPES)
  if (random.int(10) === 0) one.form = random.int(50) === 0 ? 'long' : 'json'
  switch (random.int(10)) {
    case 0:
      one.frame = drawFrame(random)
      break
    case 1:
      one.age = random.pick([WINDOW_SEC, -WINDOW_SEC, WINDOW_SEC + 1, -WINDOW_SEC - 1, 86_400, -1_795_309_199])
      break
    case 2:
    case 3:
    case 4: {
      const of = random.pick(PARTS)
      const { body, url } = postOf({ ...one, form: one.form === 'long' ? 'json' : (one.form ?? 'json') }, 'fz0z')
      const words = of === 'body' ? XML_WORDS : of === 'encrypt' ? BASE64_WORDS : QUERY_WORDS
      const model = of === 'body' ? body.toString('latin1') : url.slice(0, 40)
      one.edits = { of, edits: Array.from({ length: 1 + random.int(3) }, () => drawEdit(random, model, words)) }
    }
  }
  return one
}

function drawFrame(random: SeededRandom): OddFrame {
  switch (random.int(5)) {
    case 0:
      return { length: random.pick([0, 1, 17, 1_000, 0x7fffffff, 0xffffffff]) }
    case 1:
      return { receiver: random.pick(['', `${credentials.corpId} `, credentials.corpId.slice(1), 'wwother', '\0']) }
    case 2:
      return { cut: 1 + random.int(60) }
    case 3:
      return { padding: Array.from({ length: random.int(40) }, () => random.int(40)) }
    default: {
      const size = random.pick([0, 1, 16, 31, 32, 33, 64])
      return { padding: new Array<number>(size).fill(size) }
    }
  }
}

async function open(): Promise<Bench<CallbackCase>> {
  const { db, clock, close } = await createTestKit(NOW)
  const unstored: string[] = []
  const log = createLogger({ level: 'warn', destination: { write: (line) => void hear(line) } })
  const hear = (line: string): void => {
    if (line.includes('callback.not-stored')) unstored.push(line.slice(0, 300))
  }
  const accept = createAccept({ db, clock, nudge: () => {}, isHandled: () => false })
  const { corpId, callbackToken: token, aesKey } = credentials
  const envelope = createCallbackEnvelope({ clock, secrets: [{ corpId, token, aesKey }] })
  const route = callbackRoute({ envelope, accept, clock, windowSec: WINDOW_SEC, isReady: () => true })
  const app = buildApp({ log, routes: [route], proxyHops: 0 })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo // it listens on TCP
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  let marks = 0

  async function send(url: string, body: Buffer, { contentType, socket }: CallbackCase): Promise<Answer> {
    const headers = contentType === undefined ? {} : { 'content-type': contentType }
    if (socket) return sendOverSocket({ port, agent, path: url, headers, body })
    const answer = await app.inject({ method: 'POST', url, payload: body, headers })
    return { status: answer.statusCode, body: answer.body }
  }

  async function post(one: CallbackCase, mark: string) {
    const made = postOf(one, mark)
    const times = one.twice ? 2 : 1
    const answers = await Promise.all(Array.from({ length: times }, () => send(made.url, made.body, one)))
    return { expected: expectedOf(one, made), answers, mark }
  }

  return {
    make,
    play: async (inputs) => {
      const posts = await Promise.all(inputs.map((one) => post(one, `fz${marks++}z`)))
      const rows = await db.tx((tx) => tx.rows<{ payload: string }>(raw('SELECT payload FROM inbound_event', [])))
      await db.tx((tx) => tx.run(raw('DELETE FROM inbound_event', [])))
      const kept = new Map<string, number>()
      for (const { payload } of rows) {
        for (const [mark] of payload.matchAll(/fz\d+z/g)) kept.set(mark, (kept.get(mark) ?? 0) + 1)
      }
      const verdicts = posts.map(({ expected, answers, mark }) => judge(expected, answers, kept.get(mark) ?? 0))
      const accepted = posts.filter(({ answers }) => answers.some(({ status }) => status === 200)).length
      const [first] = verdicts
      if (rows.length !== accepted && first !== undefined) {
        first.wrong ??= `${accepted} accepted, ${rows.length} rows`
      }
      return verdicts
    },
    shorten: function* (one) {
      for (const key of ['socket', 'twice', 'contentType', 'form', 'age', 'frame'] as const) {
        const { [key]: gone, ...rest } = one
        if (gone !== undefined) yield rest
      }
      if (one.edits !== undefined) {
        for (const edits of withoutOne(one.edits.edits)) yield { ...one, edits: { ...one.edits, edits } }
      }
      for (const plaintext of shorterTexts(one.plaintext)) yield { ...one, plaintext }
    },
    figures: () => unstored,
    close: async () => {
      agent.destroy()
      await app.close()
      await close()
    },
  }
}

function judge(expected: Expected, answers: readonly Answer[], rows: number): Verdict {
  const [first] = answers
  const status = first?.status ?? 0
  const ended =
    status === 200 ? 'kept' : `refused ${status} ${first?.body.startsWith('{') ? 'by the server' : first?.body}`
  const odd = answers.find((answer) => answer.status !== 200 && !REFUSALS.has(answer.status))
  if (odd !== undefined) return { ended, wrong: `answered ${odd.status} ${odd.body}` }
  if (answers.some((answer) => answer.status !== status))
    return { ended, wrong: 'the same twice was answered differently' }
  if (status === 200 && first?.body !== 'success') return { ended, wrong: `200 with ${first?.body}` }
  if (status === 200 && expected === 'refused') return { ended, wrong: 'accepted, though it is not as it was signed' }
  if (status !== 200 && expected === 'kept') return { ended, wrong: `surely from WeCom, and refused: ${first?.body}` }
  if (status === 200 && rows === 0) return { ended, wrong: 'accepted, and what it said is not kept' }
  if (rows > 1) return { ended, wrong: `kept ${rows} times` }
  if (status !== 200 && rows > 0) return { ended, wrong: 'refused, and kept' }
  return { ended }
}

function sendOverSocket(options: {
  port: number
  agent: Agent
  path: string
  headers: Record<string, string>
  body: Buffer
}): Promise<Answer> {
  const { port, agent, path, headers, body } = options
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, agent, path, method: 'POST', headers }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString() }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

export const callbacks = defineTarget<CallbackCase>({
  name: 'callbacks',
  says: 'callbacks with odd bytes: what was changed is never accepted, what WeCom surely sent is kept once, nothing is a 5xx',
  count: 1_000_000,
  brief: 1_500,
  batch: 200,
  open,
})

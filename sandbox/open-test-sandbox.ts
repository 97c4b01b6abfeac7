import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decrypt, getSignature } from '@wecom/crypto'
import { createSettableClock } from '../server/core/kernel/clock.ts'
import { createSandbox, type SandboxOptions } from './sandbox.ts'

export interface WeComAnswer {
  errcode: number
  errmsg: string
  // Whatever the endpoint answers; tests compare it with written-out values.
  [field: string]: unknown
}
export interface ReceivedCallback {
  query: Record<string, string>
  xml: string
  isSigned: boolean
  receiveId: string
}

/** A sandbox on a free port, a clock to move, and a tiny Huoshui that records what it is sent. For tests. */
export async function openTestSandbox(options: Partial<SandboxOptions> & { now?: string } = {}) {
  const clock = createSettableClock(options.now ?? '2025-03-01T09:00:00+08:00')
  const sandbox = createSandbox({ clock, retryDelaysMs: [0, 0], ...options })
  const url = await sandbox.listen()
  const { credentials } = sandbox
  const received: ReceivedCallback[] = []
  const posted: { headers: Record<string, unknown>; body: string }[] = []
  let answerWith: number[] = []

  const app: Server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8')
      if (request.url?.startsWith('/api/orders')) posted.push({ headers: request.headers, body })
      else received.push(open(request.url ?? '', body))
      response.writeHead(answerWith.shift() ?? 200).end('success')
    })
  })
  const open = (path: string, body: string): ReceivedCallback => {
    const query = Object.fromEntries(new URL(path, 'http://app').searchParams)
    const encrypted = /<Encrypt><!\[CDATA\[(.*?)\]\]><\/Encrypt>/.exec(body)?.[1] ?? ''
    const { message, id } = decrypt(credentials.aesKey, encrypted)
    const { timestamp = '', nonce = '', msg_signature: given } = query
    const isSigned = getSignature(credentials.callbackToken, timestamp, nonce, encrypted) === given
    return { query, xml: message, isSigned, receiveId: id }
  }
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  sandbox.connect(`http://127.0.0.1:${(app.address() as AddressInfo).port}`) // it listens on TCP

  const json = async (answer: Response): Promise<WeComAnswer> => (await answer.json()) as WeComAnswer // the shape the platform promises
  /** `path`: the token of the secret that may call it; default the app's. */
  const token = async (path?: string): Promise<string> => {
    const isContacts = sandbox.endpoints.some(
      (entry) => entry.path === `/cgi-bin/${path}` && entry.secret === 'contacts',
    )
    const corpsecret = isContacts ? credentials.contactsSecret : credentials.secret
    const query = new URLSearchParams({ corpid: credentials.corpId, corpsecret })
    return String((await json(await fetch(`${url}/cgi-bin/gettoken?${query}`))).access_token)
  }
  const address = async (path: string, query: Record<string, string> = {}): Promise<string> =>
    `${url}/cgi-bin/${path}?${new URLSearchParams({ access_token: await token(path), ...query })}`

  return {
    sandbox,
    clock,
    url,
    received,
    posted,
    /** HTTP statuses the tiny Huoshui answers next; then 200. */
    answerWith: (...statuses: number[]): void => {
      answerWith = statuses
    },
    token,
    get: async (path: string, query?: Record<string, string>) => json(await fetch(await address(path, query))),
    post: async (path: string, body: unknown = {}) =>
      json(await fetch(await address(path), { method: 'POST', body: JSON.stringify(body) })),
    upload: async (
      path: string,
      query: Record<string, string>,
      file: { name: string; type: string; bytes: Buffer },
    ) => {
      const form = new FormData()
      form.append('media', new Blob([new Uint8Array(file.bytes)], { type: file.type }), file.name)
      return json(await fetch(await address(path, query), { method: 'POST', body: form }))
    },
    address,
    close: async (): Promise<void> => {
      await sandbox.close()
      app.closeAllConnections()
      app.close()
    },
  }
}

export type TestSandbox = Awaited<ReturnType<typeof openTestSandbox>>

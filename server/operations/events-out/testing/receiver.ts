import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  headers: IncomingHttpHeaders
  body: string
}

/** Another system that takes webhooks; what it answers can be changed. */
export async function openReceiver() {
  const received: Received[] = []
  let answer: { status: number; headers?: Record<string, string> } = { status: 200 }
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(parts).toString('utf8') })
      response.writeHead(answer.status, answer.headers).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/huoshui`,
    received,
    /** The events told so far, oldest first. */
    events: () =>
      received.map(
        ({ body }) =>
          JSON.parse(body) as { id: string; event: string; occurredAt: string; data: Record<string, unknown> },
      ),
    answerWith: (next: typeof answer): void => {
      answer = next
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

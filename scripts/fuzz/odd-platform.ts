import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { changeJson, type JsonChange } from './odd-json.ts'

/** What is changed in the answers to calls whose path ends so; `*`: to all calls. */
export interface OddAnswer {
  path: string
  changes: readonly JsonChange[]
}

/** Stands in front of the sandbox: hands calls on to it, and changes its answers as `spoil` said last. */
export async function openOddPlatform(sandboxUrl: () => string) {
  let odd: readonly OddAnswer[] = []
  let spoilt = 0
  const isMeant = (path: string, { path: wanted }: OddAnswer): boolean =>
    path !== '/cgi-bin/gettoken' && (wanted === '*' || path.endsWith(wanted))

  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', async () => {
      try {
        const { method = 'GET', url = '/', headers } = request
        const answer = await fetch(`${sandboxUrl()}${url}`, {
          method,
          headers: { 'content-type': headers['content-type'] ?? 'application/json' },
          ...(method === 'GET' ? {} : { body: Buffer.concat(parts) }),
        })
        const bytes = Buffer.from(await answer.arrayBuffer())
        const type = answer.headers.get('content-type') ?? ''
        const changes = odd.filter((one) => isMeant(url.split('?')[0] ?? '', one)).flatMap((one) => one.changes)
        const isOdd = changes.length > 0 && type.includes('json')
        if (isOdd) spoilt += 1
        const body = isOdd ? JSON.stringify(changeJson(JSON.parse(bytes.toString()), changes).value) : bytes
        response.writeHead(answer.status, { 'content-type': type }).end(body)
      } catch {
        response.destroy()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    spoil: (answers: readonly OddAnswer[]): void => {
      odd = answers
    },
    /** How many answers were changed so far. */
    spoilt: (): number => spoilt,
    close: async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

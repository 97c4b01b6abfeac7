import { Agent, request } from 'node:http'
import { sealCallback } from './seal-callback.ts'

/** Sends sealed, distinct callbacks, made as they go; run as a child so that it has a core of its own.
 *  argv: url, number of the first, how many, connections. Every fifth is a customer who leaves, which is dispatched and
 *  calls nobody; the others are of a kind that is only kept. Prints one JSON line. */
const [url = '', from = '0', count = '0', connections = '32'] = process.argv.slice(2)
const HANDLED_EVERY = 5
const { hostname, port } = new URL(url)
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) })

const post = (n: number): Promise<number> =>
  new Promise((resolve) => {
    const { path, body } = sealCallback(n % HANDLED_EVERY === 0 ? 'del_follow_user' : 'bench_only', 'memory', n)
    const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) }
    const call = request({ agent, hostname, port, path, method: 'POST', headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
    call.on('error', () => resolve(0))
    call.end(body)
  })

let next = Number(from)
const end = next + Number(count)
let refused = 0
const began = performance.now()
await Promise.all(
  Array.from({ length: Number(connections) }, async () => {
    while (next < end) {
      const status = await post(next++)
      if (status !== 200) refused += 1
    }
  }),
)
agent.destroy()
process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - began) / 1000, refused })}\n`)

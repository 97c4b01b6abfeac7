import autocannon from 'autocannon'
import { sealCallback } from './seal-callback.ts'

/** Sends sealed, distinct callbacks as fast as they are answered; run as a child so that it has a core of its own.
 *  argv: url, seconds, connections, kind. Prints one JSON line. */
const [url = '', seconds = '10', connections = '32', kind = 'unknown'] = process.argv.slice(2)
const changeType = kind === 'unknown' ? 'bench_only' : kind

// Sealing costs more than sending, so a stock is made before the clock starts.
const stock = Array.from({ length: Number(seconds) * 8_000 }, (_, n) =>
  sealCallback(changeType, String(process.pid), n),
)
let next = 0
const result = await autocannon({
  url,
  duration: Number(seconds),
  connections: Number(connections),
  method: 'POST',
  headers: { 'content-type': 'text/xml' },
  requests: [
    {
      setupRequest: (request) => {
        const one = stock[next++ % stock.length]
        return { ...request, path: one?.path, body: one?.body }
      },
    },
  ],
})
process.stdout.write(
  `${JSON.stringify({
    perSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    max: result.latency.max,
    answered: result.requests.total,
    sent: next,
    repeated: next > stock.length,
    refused: result.non2xx + result.errors,
  })}\n`,
)

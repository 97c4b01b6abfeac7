import { createHmac } from 'node:crypto'
import autocannon from 'autocannon'
import { credentials } from '../sandbox/credentials.ts'

/** Sends signed, distinct calls of 200 visits as fast as they are answered; run as a child so that it has a core of its own.
 *  argv: url, seconds, connections, customers that are known: every other visit is of one of them. Prints one JSON line. */
const [url = '', seconds = '10', connections = '8', customers = '1'] = process.argv.slice(2)
const PER_CALL = 200
const path = '/api/visits'
const timestamp = String(Math.floor(Date.now() / 1_000))

function call(nth: number): { body: string; headers: Record<string, string> } {
  const visits = Array.from({ length: PER_CALL }, (_, at) => {
    const n = nth * PER_CALL + at
    const who = n % 2 === 0 ? `oKnown${(n * 7) % Number(customers)}` : `oStranger${process.pid}-${n % 50_000}`
    return {
      ...{ visitId: `v-${process.pid}-${n}`, source: '商城小程序', customer: { unionId: who }, at: Date.now() },
      ...{ kind: n % 10 === 0 ? 'cart' : 'view', page: `/pages/goods_details/index?id=${n % 300}` },
      product: { id: String(n % 300), name: `原切牛排 ${n % 300}`, priceFen: 13_800, category: '牛排' },
    }
  })
  const body = JSON.stringify({ visits })
  const signature = createHmac('sha256', credentials.ordersSecret)
    .update(`${timestamp}.POST.${path}.${body}`)
    .digest('hex')
  return { body, headers: { 'x-huoshui-timestamp': timestamp, 'x-huoshui-signature': `v2=${signature}` } }
}

// Made before the clock starts.
const stock = Array.from({ length: Number(seconds) * 120 }, (_, n) => call(n))
let next = 0
const result = await autocannon({
  url,
  duration: Number(seconds),
  connections: Number(connections),
  method: 'POST',
  requests: [{ setupRequest: (request) => ({ ...request, path, ...stock[next++ % stock.length] }) }],
})
process.stdout.write(
  `${JSON.stringify({
    perSecond: (result['2xx'] * PER_CALL) / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    answered: result['2xx'] * PER_CALL,
    repeated: next > stock.length,
    refused: result.non2xx + result.errors,
  })}\n`,
)

import { fireSigned } from './fire-signed.ts'
import { signedCall } from './signed-call.ts'

/** Sends signed, distinct paid orders as fast as they are answered; run as a child so that it has a core of its own. argv: url,
 *  seconds, connections, customers that are known: every other order is of one of them. Prints one JSON line. */
const [url = '', seconds = '10', connections = '8', customers = '1'] = process.argv.slice(2)
const path = '/api/orders'
/** More than are answered in a second. */
const PER_SECOND = 6_000

const call = (n: number): ReturnType<typeof signedCall> =>
  signedCall(path, {
    ...{ orderId: `L${process.pid}-${n}`, status: 'paid', source: '小程序商城', totalFen: 13_800 + (n % 900) },
    customer: {
      unionId: n % 2 === 0 ? `oKnown${(n * 7) % Number(customers)}` : `oStranger${process.pid}-${n % 50_000}`,
    },
    paidAt: new Date(Date.now() - (n % 1_000) * 1_000).toISOString(),
    items: [{ sku: `S${n % 300}`, name: `原切牛排 ${n % 300}`, quantity: 1, priceFen: 13_800 + (n % 900) }],
  })

await fireSigned({
  ...{ url, path, seconds: Number(seconds), connections: Number(connections), rowsPerCall: 1 },
  stock: Array.from({ length: Number(seconds) * PER_SECOND }, (_, n) => call(n)),
})

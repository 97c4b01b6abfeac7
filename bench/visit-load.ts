import { fireSigned } from './fire-signed.ts'
import { signedCall } from './signed-call.ts'

/** Sends signed, distinct calls of 200 visits as fast as they are answered; run as a child so that it has a core of its own.
 *  argv: url, seconds, connections, customers that are known: every other visit is of one of them. Prints one JSON line. */
const [url = '', seconds = '10', connections = '8', customers = '1'] = process.argv.slice(2)
const PER_CALL = 200
const path = '/api/visits'

function call(nth: number): ReturnType<typeof signedCall> {
  const visits = Array.from({ length: PER_CALL }, (_, at) => {
    const n = nth * PER_CALL + at
    const who = n % 2 === 0 ? `oKnown${(n * 7) % Number(customers)}` : `oStranger${process.pid}-${n % 50_000}`
    return {
      ...{ visitId: `v-${process.pid}-${n}`, source: '商城小程序', customer: { unionId: who }, at: Date.now() },
      ...{ kind: n % 10 === 0 ? 'cart' : 'view', page: `/pages/goods_details/index?id=${n % 300}` },
      product: { id: String(n % 300), name: `原切牛排 ${n % 300}`, priceFen: 13_800, category: '牛排' },
    }
  })
  return signedCall(path, { visits })
}

await fireSigned({
  ...{ url, path, seconds: Number(seconds), connections: Number(connections), rowsPerCall: PER_CALL },
  stock: Array.from({ length: Number(seconds) * 120 }, (_, n) => call(n)),
})

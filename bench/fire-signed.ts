import autocannon from 'autocannon'
import type { signedCall } from './signed-call.ts'

/** What a load program prints, as one JSON line. */
export interface Fired {
  /** Rows that were answered, not calls. */
  perSecond: number
  /** Of a call, milliseconds. */
  p50: number
  p99: number
  answered: number
  /** The stock was too small, and rows were sent twice. */
  repeated: boolean
  refused: number
}

export interface FireOptions {
  url: string
  path: string
  seconds: number
  connections: number
  /** Made before the clock starts. */
  stock: readonly ReturnType<typeof signedCall>[]
  rowsPerCall: number
}

/** Posts signed calls as fast as they are answered, and prints what came of it. */
export async function fireSigned(options: FireOptions): Promise<void> {
  const { url, path, seconds, connections, stock, rowsPerCall } = options
  let next = 0
  const result = await autocannon({
    ...{ url, duration: seconds, connections, method: 'POST' },
    requests: [{ setupRequest: (request) => ({ ...request, path, ...stock[next++ % stock.length] }) }],
  })
  const fired: Fired = {
    perSecond: (result['2xx'] * rowsPerCall) / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    answered: result['2xx'] * rowsPerCall,
    repeated: next > stock.length,
    refused: result.non2xx + result.errors,
  }
  process.stdout.write(`${JSON.stringify(fired)}\n`)
}

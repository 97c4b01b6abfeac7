import autocannon from 'autocannon'
import { mustBeLoopback } from './loopback.ts'

/** Asks one route on many connections, each again as soon as it is answered; run as a child. argv: url, route (`POST /path` or
 *  `/path`), connections, seconds. Prints one JSON line. */
const [url = '', route = '', connections = '', seconds = ''] = process.argv.slice(2)
const [path = '', method = 'GET'] = route.split(' ').reverse()
const result = await autocannon({
  url: mustBeLoopback(`${url}${path}`).href,
  method: method === 'POST' ? 'POST' : 'GET',
  ...(method === 'POST' ? { body: '<xml></xml>' } : {}),
  connections: Number(connections),
  duration: Number(seconds),
  timeout: 30,
})
process.stdout.write(`${JSON.stringify({ perSecond: result.requests.average })}\n`)

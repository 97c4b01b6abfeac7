import { createHmac } from 'node:crypto'
import { encrypt, getSignature } from '@wecom/crypto'
import autocannon from 'autocannon'
import { credentials } from '../sandbox/credentials.ts'

/** Sends sealed, distinct callbacks as fast as they are answered; run as a child so that it has a core of its own.
 *  argv: url, seconds, connections, kind. Prints one JSON line. */
const [url = '', seconds = '10', connections = '32', kind = 'unknown'] = process.argv.slice(2)
const { corpId, callbackToken, aesKey } = credentials

function sealed(n: number): { path: string; body: string } {
  const id = `wm${createHmac('sha256', 'bench').update(`${process.pid}:${n}`).digest('hex').slice(0, 30)}`
  const change = kind === 'unknown' ? 'bench_only' : kind
  const xml = `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>${Math.floor(Date.now() / 1000)}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[${change}]]></ChangeType><UserID><![CDATA[zhangsan]]></UserID><ExternalUserID><![CDATA[${id}]]></ExternalUserID></xml>`
  const encrypted = encrypt(aesKey, xml, corpId)
  const timestamp = String(Math.floor(Date.now() / 1000))
  const query = new URLSearchParams({
    msg_signature: getSignature(callbackToken, timestamp, 'bench', encrypted),
    timestamp,
    nonce: 'bench',
  })
  return {
    path: `/wecom/callback?${query}`,
    body: `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><AgentID><![CDATA[]]></AgentID><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
  }
}

// Sealing costs more than sending, so a stock is made before the clock starts.
const stock = Array.from({ length: Number(seconds) * 8_000 }, (_, n) => sealed(n))
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

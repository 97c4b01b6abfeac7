import { createHmac } from 'node:crypto'
import { credentials } from '../sandbox/credentials.ts'

const timestamp = String(Math.floor(Date.now() / 1_000))

/** A call as the shop makes it, signed at the program's start: good for five minutes. */
export function signedCall(path: string, content: object): { body: string; headers: Record<string, string> } {
  const body = JSON.stringify(content)
  const signature = createHmac('sha256', credentials.ordersSecret)
    .update(`${timestamp}.POST.${path}.${body}`)
    .digest('hex')
  return { body, headers: { 'x-huoshui-timestamp': timestamp, 'x-huoshui-signature': `v2=${signature}` } }
}

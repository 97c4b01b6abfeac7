import { createHmac } from 'node:crypto'
import type { TestApp } from './build-test-app.ts'

/** As the shop posts: signed with the key that it shares with us. */
export async function signedPost(
  t: Pick<TestApp, 'url' | 'clock' | 'sandbox' | 'settle'>,
  path: string,
  content: object,
  { secret = t.sandbox.credentials.ordersSecret } = {},
): Promise<{ status: number; json: Record<string, unknown> }> {
  const body = JSON.stringify(content)
  const timestamp = String(Math.floor(t.clock.now() / 1_000))
  const signature = createHmac('sha256', secret).update(`${timestamp}.POST.${path}.${body}`).digest('hex')
  const answer = await fetch(`${t.url}${path}`, {
    method: 'POST',
    headers: { 'x-huoshui-timestamp': timestamp, 'x-huoshui-signature': `v2=${signature}` },
    body,
  })
  const json = (await answer.json()) as Record<string, unknown>
  await t.settle()
  return { status: answer.status, json }
}

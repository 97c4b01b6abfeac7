import { createHmac } from 'node:crypto'
import { afterEach, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

let t: TestApp
afterEach(() => t.close())

const BODY = JSON.stringify({ customer: { phone: '13800001111' }, birthday: '05-20' })
const NOW = (): string => String(Math.floor(t.clock.now() / 1_000))
const hex = (text: string): string =>
  createHmac('sha256', t.sandbox.credentials.ordersSecret).update(text).digest('hex')

async function post(path: string, signature: string, body = BODY) {
  const headers = { 'x-huoshui-timestamp': NOW(), 'x-huoshui-signature': signature }
  const answer = await fetch(`${t.url}${path}`, { method: 'POST', headers, body })
  return { status: answer.status, code: ((await answer.json()) as { code?: string }).code }
}

it('what was signed for one path is good for no other, and for no other method', async () => {
  t = await buildTestApp()
  const forOrders = `v2=${hex(`${NOW()}.POST./api/orders.${BODY}`)}`
  expect(await post('/api/profiles', forOrders)).toEqual({ status: 401, code: 'profiles.bad-signature' })
  expect(await post('/api/surveys', forOrders)).toEqual({ status: 401, code: 'surveys.bad-signature' })
  const byPut = `v2=${hex(`${NOW()}.PUT./api/profiles.${BODY}`)}`
  expect(await post('/api/profiles', byPut)).toEqual({ status: 401, code: 'profiles.bad-signature' })
  const forProfiles = `v2=${hex(`${NOW()}.POST./api/profiles.${BODY}`)}`
  expect(await post('/api/profiles', forProfiles)).toEqual({ status: 200, code: undefined })
  expect(await post('/api/profiles?from=crm', forProfiles)).toEqual({ status: 200, code: undefined })
  // The old form has nothing to say of the new one's text, nor the new of the old one's.
  expect(await post('/api/profiles', `v2=${hex(`${NOW()}.${BODY}`)}`)).toMatchObject({ status: 401 })
  expect(await post('/api/profiles', forProfiles.replace('v2', 'sha256'))).toMatchObject({ status: 401 })
})

it('the form of before is taken until a setting ends it', async () => {
  t = await buildTestApp()
  const old = `sha256=${hex(`${NOW()}.${BODY}`)}`
  expect(await post('/api/profiles', old)).toEqual({ status: 200, code: undefined })
  await t.close()
  t = await buildTestApp({ env: { ORDERS_SIGNATURE: 'v2' } })
  expect(await post('/api/profiles', old)).toEqual({ status: 401, code: 'profiles.old-signature' })
  const bound = `v2=${hex(`${NOW()}.POST./api/profiles.${BODY}`)}`
  expect(await post('/api/profiles', bound)).toEqual({ status: 200, code: undefined })
})

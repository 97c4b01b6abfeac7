import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSettableClock } from '../server/core/kernel/clock.ts'
import { openTestSandbox, type TestSandbox } from './open-test-sandbox.ts'
import { createSandbox } from './sandbox.ts'

let t: TestSandbox
beforeAll(async () => {
  t = await openTestSandbox()
})
afterAll(() => t.close())

const call = async (path: string, method: string, query: Record<string, string>) => {
  const init = method === 'POST' ? { method, body: '{}' } : { method }
  const answer = await fetch(`${t.url}${path}?${new URLSearchParams(query)}`, init)
  return { status: answer.status, body: (await answer.json()) as { errcode: number } }
}

const served = createSandbox({ clock: createSettableClock(0) }).endpoints
const locked = served.filter((entry) => entry.kind !== 'open')
const needy = locked.filter(({ params }) => Object.values(params).some((param) => param.missing !== undefined))

it.each(served)('$path refuses the other method', async ({ path, method }) => {
  const other = method === 'GET' ? 'POST' : 'GET'
  expect((await call(path, other, { access_token: await t.token() })).body.errcode).toBe(40063)
})

it.each(needy)('$path refuses a call without its parameters', async ({ path, method, params }) => {
  const { status, body } = await call(path, method, { access_token: await t.token() })
  expect(status).toBe(200)
  expect(Object.values(params).map((param) => param.missing)).toContain(body.errcode)
})

it.each(locked)('$path looks at the token first', async ({ path, method }) => {
  expect((await call(path, method, {})).body.errcode).toBe(41001)
  expect((await call(path, method, { access_token: 'nonsense' })).body.errcode).toBe(40014)
})

it('answers 404 with an empty body on an unknown path', async () => {
  const answer = await fetch(`${t.url}/cgi-bin/externalcontact/nothing`)
  expect(answer.status).toBe(404)
  expect(await answer.text()).toBe('')
})

it('sends empty default fields along with an errcode', async () => {
  const refused = await t.get('externalcontact/list', { userid: 'zhangsan' })
  expect(refused).toMatchObject({ errcode: 84061, external_userid: [] })
})

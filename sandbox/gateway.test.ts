import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import facts from './facts/endpoints.json' with { type: 'json' }
import { openTestSandbox, type TestSandbox } from './open-test-sandbox.ts'

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

/** Answers, with only these, that the parameters are missing. */
const MISSING = [
  40004, 40008, 40058, 41002, 41004, 41006, 41008, 41009, 41011, 41017, 41035, 41037, 41038, 41043, 41046, 41049,
]

describe.each(facts)('$method $path', ({ path, method, required }) => {
  it('is served', () => {
    expect(t.sandbox.endpoints.filter((e) => e.path === path).map((e) => e.method)).toEqual([method])
  })

  it('asks for every required parameter', () => {
    const params = t.sandbox.endpoints.find((e) => e.path === path)?.params ?? {}
    const asked = Object.keys(params).filter((name) => params[name]?.missing !== undefined)
    const inBody = required.filter((name) => !['media', 'fieldNameHere'].includes(name))
    expect(asked).toEqual(expect.arrayContaining(inBody))
  })

  it('refuses the other method', async () => {
    const other = method === 'GET' ? 'POST' : 'GET'
    const token = await t.token()
    expect((await call(path, other, { access_token: token })).body.errcode).toBe(40063)
  })
})

const needy = facts.filter((fact) => fact.required.length > 0 && !fact.path.endsWith('uploadimg'))
it.each(needy)('$path refuses a call without its parameters', async ({ path, method }) => {
  const query: Record<string, string> = path.endsWith('gettoken') ? {} : { access_token: await t.token() }
  const { status, body } = await call(path, method, query)
  expect(status).toBe(200)
  expect(MISSING).toContain(body.errcode)
})

const locked = facts.filter((fact) => !fact.path.endsWith('gettoken'))
it.each(locked)('$path looks at the token first', async ({ path, method }) => {
  expect((await call(path, method, {})).body.errcode).toBe(41001)
  expect((await call(path, method, { access_token: 'nonsense' })).body.errcode).toBe(40014)
})

it('serves nothing that is not in the facts', () => {
  expect(t.sandbox.endpoints.map((e) => e.path).sort()).toEqual(facts.map((fact) => fact.path).sort())
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

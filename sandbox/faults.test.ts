import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from './open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const lisi = { userid: 'lisi' }

it('answers the errcode as often as asked, then works again', async () => {
  t.sandbox.faults.set({ path: 'user/get', errcode: -1, times: 2 })
  const codes = []
  for (let i = 0; i < 3; i++) codes.push((await t.get('user/get', lisi)).errcode)
  expect(codes).toEqual([-1, -1, 0])
})

it('can break HTTP itself', async () => {
  t.sandbox.faults.set({ path: 'user/get', http: 502, html: true, times: 1 })
  const answer = await fetch(await t.address('user/get', lisi))
  expect(answer.status).toBe(502)
  expect(await answer.text()).toContain('<html>')
})

it('can carry the call out and answer in another shape', async () => {
  t.sandbox.faults.set({ path: 'user/get', odd: { at: 'name', is: 'null' }, times: 1 })
  expect(await t.get('user/get', lisi)).toMatchObject({ errcode: 0, userid: 'lisi', name: null })
  expect((await t.get('user/get', lisi)).name).toEqual(expect.any(String))
})

it.each([
  ['null', null],
  ['otherKind', { odd: true }],
  ['empty', ''],
  ['absent', undefined],
] as const)('a field of one row can be %s', async (is, value) => {
  t.sandbox.faults.set({ path: 'user/simplelist', odd: { at: 'userlist.0.name', is }, times: 1 })
  const { userlist } = await t.get('user/simplelist', { department_id: '1' })
  const [first, ...others] = userlist as { name?: unknown }[]
  expect(first?.name).toEqual(value)
  expect(others.every(({ name }) => typeof name === 'string')).toBe(true)
})

it('can answer without an errcode, and then has done nothing', async () => {
  t.sandbox.faults.set({ path: 'user/get', noErrcode: true, times: 1 })
  expect((await t.get('user/get', lisi)).errcode).toBeUndefined()
  expect((await t.get('user/get', lisi)).errcode).toBe(0)
})

it('can name pages that name each other', async () => {
  t.sandbox.faults.set({ path: 'batch/get_by_user', cursor: 'turning' })
  const asked = { userid_list: ['lisi'] }
  const names: unknown[] = []
  for (let page = 0, cursor = ''; page < 3; page++) {
    cursor = String((await t.post('externalcontact/batch/get_by_user', { ...asked, cursor })).next_cursor)
    names.push(cursor)
  }
  expect(names).toEqual(['odd-page-1', 'odd-page-2', 'odd-page-1'])
})

it('can end the token early', async () => {
  const before = await t.token()
  t.sandbox.faults.set({ path: 'user/get', invalidToken: true, times: 1 })
  expect((await t.get('user/get', lisi)).errcode).toBe(40014)
  expect(await t.token()).not.toBe(before)
  expect((await t.get('user/get', lisi)).errcode).toBe(0)
})

it('strikes a share of the calls', async () => {
  t.sandbox.faults.set({ path: 'user/get', errcode: -1, share: 0.5 })
  const codes = []
  for (let i = 0; i < 40; i++) codes.push((await t.get('user/get', lisi)).errcode)
  expect(codes).toContain(0)
  expect(codes).toContain(-1)
  t.sandbox.faults.clear()
  expect((await t.get('user/get', lisi)).errcode).toBe(0)
})

import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const add = (body: object) =>
  t.post('externalcontact/add_contact_way', { type: 2, scene: 2, user: ['zhangsan'], ...body })
const read = async (id: unknown) =>
  (await t.post('externalcontact/get_contact_way', { config_id: id })).contact_way as Record<string, unknown>

it('is made, read, changed and deleted', async () => {
  const made = await add({ state: 'expo', remark: '展会' })
  expect(made.qr_code).toBe(`${t.url}/_sandbox/qr/${made.config_id}.png`)
  expect(await read(made.config_id)).toMatchObject({
    type: 2,
    state: 'expo',
    remark: '展会',
    user: ['zhangsan'],
    skip_verify: true,
  })
  await t.post('externalcontact/update_contact_way', { config_id: made.config_id, user: ['lisi'] })
  expect(await read(made.config_id)).toMatchObject({ user: ['lisi'], state: 'expo' })
  expect(await t.post('externalcontact/list_contact_way')).toMatchObject({
    contact_way: [{ config_id: made.config_id }],
  })
  await t.post('externalcontact/del_contact_way', { config_id: made.config_id })
  expect((await t.post('externalcontact/get_contact_way', { config_id: made.config_id })).errcode).toBe(41044)
})

it('serves a picture to scan', async () => {
  const answer = await fetch(String((await add({})).qr_code))
  expect(answer.headers.get('content-type')).toBe('image/png')
  expect(
    Buffer.from(await answer.arrayBuffer())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
})

it.each([
  [{ type: undefined }, 41037],
  [{ scene: undefined }, 41038],
  [{ type: 3 }, 41039],
  [{ scene: 3 }, 41040],
  [{ scene: 1 }, 41042],
  [{ type: 1, user: ['zhangsan', 'lisi'] }, 40058],
  [{ user: [] }, 40058],
  [{ user: ['nobody'] }, 40003],
  [{ state: 'x'.repeat(31) }, 40058],
  [{ remark: '字'.repeat(31) }, 40058],
])('refuses %o with %i', async (body, errcode) => {
  expect((await add(body)).errcode).toBe(errcode)
})

it('counts departments towards the 100 members', async () => {
  await t.sandbox.addDepartment({ id: 7, name: '直播组' })
  for (let i = 0; i < 100; i++) await t.sandbox.addStaff({ userId: `g${i}`, name: `导购${i}`, departments: [7] })
  expect((await add({ user: [], party: [7] })).errcode).toBe(0)
  expect((await add({ user: ['zhangsan'], party: [7] })).errcode).toBe(41041)
})

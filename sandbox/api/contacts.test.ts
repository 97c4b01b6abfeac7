import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const pair = { userid: 'zhangsan', external_userid: 'wm1' }
const scan = (id: string, userId = 'zhangsan') =>
  t.sandbox.scan({ userId, externalUserId: id, name: '小满', state: 'expo', unionId: `u-${id}` })

it('shows a customer with every guide who follows', async () => {
  await scan('wm1')
  t.clock.advance(60_000)
  await scan('wm1', 'lisi')
  const answer = await t.get('externalcontact/get', { external_userid: 'wm1' })
  expect(answer).toMatchObject({
    errcode: 0,
    external_contact: {
      external_userid: 'wm1',
      name: '小满',
      type: 1,
      unionid: 'u-wm1',
      avatar: `${t.url}/_sandbox/avatar/wm1.svg`,
    },
    follow_user: [
      { userid: 'zhangsan', state: 'expo', add_way: 1, createtime: 1740790800, remark: '', tags: [] },
      { userid: 'lisi', state: 'expo', createtime: 1740790860 },
    ],
  })
  expect(answer).not.toHaveProperty('next_cursor')
})

it('tells an unknown customer from one without guides', async () => {
  await scan('wm1')
  await t.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId: 'wm1' })
  expect(await t.get('externalcontact/get', { external_userid: 'wm1' })).toMatchObject({
    errcode: 84061,
    follow_user: [],
  })
  expect(await t.get('externalcontact/get', { external_userid: 'wm9' })).toMatchObject({ errcode: 40096 })
})

it('keeps showing a customer who deleted the guide', async () => {
  await scan('wm1')
  await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wm1' })
  expect(await t.get('externalcontact/list', { userid: 'zhangsan' })).toMatchObject({ external_userid: ['wm1'] })
})

it('lists guides and their customers', async () => {
  await scan('wm1')
  expect((await t.get('externalcontact/get_follow_user_list')).follow_user).toEqual(['zhangsan', 'lisi'])
  expect(await t.get('externalcontact/list', { userid: 'lisi' })).toMatchObject({ errcode: 84061, external_userid: [] })
  expect(await t.get('externalcontact/list', { userid: 'nobody' })).toMatchObject({ errcode: 60111 })
})

it('pages over relations; customers added meanwhile neither shift nor repeat rows', async () => {
  for (let i = 0; i < 5; i++) await scan(`wm${i}`)
  const body = { userid_list: ['zhangsan', 'lisi'], limit: 2 }
  const ids: unknown[] = []
  let cursor = ''
  do {
    const page = await t.post('externalcontact/batch/get_by_user', { ...body, cursor })
    const rows = page.external_contact_list as { external_contact: { external_userid: string } }[]
    ids.push(...rows.map((row) => row.external_contact.external_userid))
    cursor = String(page.next_cursor)
    await scan('wm-late')
  } while (cursor !== '')
  expect(ids).toEqual(['wm0', 'wm1', 'wm2', 'wm3', 'wm4'])
  expect((await t.post('externalcontact/batch/get_by_user', { ...body, cursor: 'junk' })).errcode).toBe(40058)
  expect((await t.post('externalcontact/batch/get_by_user', { userid_list: Array(101).fill('lisi') })).errcode).toBe(
    40032,
  )
})

it('takes remarks, within their lengths in characters, and sends no callback', async () => {
  await scan('wm1')
  await t.sandbox.settle()
  const callbacks = t.received.length
  const remark = '爱吃西冷的小满'
  expect((await t.post('externalcontact/remark', { ...pair, remark, remark_mobiles: ['13800001111'] })).errcode).toBe(0)
  expect((await t.post('externalcontact/remark', { ...pair, remark: '满'.repeat(21) })).errcode).toBe(40058)
  expect((await t.post('externalcontact/remark', { ...pair, description: '满'.repeat(151) })).errcode).toBe(40058)
  expect((await t.post('externalcontact/remark', pair)).errcode).toBe(40058)
  expect((await t.post('externalcontact/remark', { ...pair, userid: 'lisi', remark })).errcode).toBe(84061)
  expect((await t.post('externalcontact/remark', { ...pair, external_userid: 'wm9', remark })).errcode).toBe(40096)
  expect(await t.get('externalcontact/get', { external_userid: 'wm1' })).toMatchObject({
    follow_user: [{ remark, remark_mobiles: ['13800001111'] }],
  })
  await t.sandbox.settle()
  expect(t.received).toHaveLength(callbacks)
})

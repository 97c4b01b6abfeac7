import { afterEach, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { bytesOf, everythingStored } from '../../testing/everything-stored.ts'

let t: TestApp
afterEach(() => t.close())

it('what a guide writes into WeCom’s description is nowhere with us, since nothing of ours shows it; a phone in it finds orders', async () => {
  t = await buildTestApp()
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan', name: '小满' })
  await t.settle()
  const written = { remark: '备注在这里', description: '住在朝阳路八号 13900001111' }
  await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId, ...written })
  await t.settle()
  const stored = await everythingStored(t)
  expect(stored).toContain(bytesOf('备注在这里'))
  for (const text of ['朝阳路', '13900001111']) expect([text, stored.includes(bytesOf(text))]).toEqual([text, false])
  expect(await t.rawRows('SELECT external_userid FROM customer_phone')).toEqual([{ external_userid: externalUserId }])
})

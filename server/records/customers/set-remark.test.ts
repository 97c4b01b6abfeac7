import { expect, it } from 'vitest'
import { unmasked } from '../../core/kernel/mask-phones.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp } from '../../testing/build-test-app.ts'

it.each([
  ['常客 139****5678', '小满13912345678', '常客 13912345678'],
  ['139****5678、137****4321', '137-8765-4321 和 +86 13912345678', '13912345678、137-8765-4321'],
  ['常客 139****5678', '小满', '常客 139****5678'],
  ['常客', '小满13912345678', '常客'],
])('%s over %s', (text, original, expected) => {
  expect(unmasked(text, original)).toBe(expected)
})

it('a remark that is changed around a masked phone keeps the phone in WeCom, and none is stored', async () => {
  const t = await buildTestApp()
  const pair = { externalUserId: 'wm1', userId: 'zhangsan' }
  await t.sandbox.scan(pair)
  await t.settle()
  await t.sandbox.editRemark({ ...pair, remark: '小满13912345678' })
  await t.advance(MINUTE_MS)
  const stored = () => t.rawRows<{ remark: string }>('SELECT remark FROM follow')
  expect(await stored()).toEqual([{ remark: '小满139****5678' }])
  const change = (remark: string, key: string) =>
    t.db.tx((tx) => t.huoshui.customers.setRemark(tx, { ...pair, remark, key, reason: { text: '试' } }))
  await change('常客139****5678', '1')
  await t.settle()
  const inWecom = () => [...t.sandbox.world.followsByCustomer.get('wm1')].map(({ remark }) => remark)
  expect(inWecom()).toEqual(['常客13912345678'])
  await change('新13787654321', '2')
  await t.settle()
  expect(inWecom()).toEqual(['新13787654321'])
  expect(await stored()).toEqual([{ remark: '新137****4321' }])
  const actions = await t.rawRows<{ payload: string }>(
    "SELECT payload FROM action WHERE kind = 'remark.set' ORDER BY id",
  )
  expect(actions.map(({ payload }) => (JSON.parse(payload) as { remark: string }).remark)).toEqual([
    '常客139****5678',
    '新137****4321',
  ])
  await t.close()
})

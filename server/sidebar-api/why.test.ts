import { expect, test } from 'vitest'
import { withUnit } from './why.ts'

test.each([
  ['距最近付款天数', '31', '距最近付款 31 天'],
  ['距最近付款小时数', '0', '距最近付款 不到 1 小时'],
  ['购物车放着没付款的小时数', '3', '购物车放着没付款 3 小时'],
  ['距首次付款天数', '未知', '距首次付款天数 未知'],
  ['已付款订单数', '2', '已付款订单数 2'],
  ['天数', '2', '天数 2'],
])('%s %s reads %s', (label, value, read) => {
  const said = withUnit({ label, value })
  expect(`${said.label} ${said.value}`).toBe(read)
})

import { expect, it } from 'vitest'
import { guideWords } from './guide-words.ts'

it.each([
  ['走「其他」分支', '其余情况，照常往下走'],
  ['走「已付款订单数至少 1」分支（已付款订单数 2）', '因为「已付款订单数至少 1」，走这一步（已付款订单数 2）'],
  ['没有一个分支成立', '没有一种情况符合'],
  ['客户在同组的 SOP「问候」里，它的优先级不低', '客户在同组的跟进计划「问候」里，它的优先级不低'],
  ['进入 SOP「新客SOP」：添加好友', '进入跟进计划「新客SOP」：添加好友'],
  ['正在走的 SOP', '正在走的跟进计划'],
  ['付款 ¥398：原切西冷牛排 200g ×4', '付款 ¥398：原切西冷牛排 200g ×4'],
])('%s reads %s', (written, read) => {
  expect(guideWords(written)).toBe(read)
})

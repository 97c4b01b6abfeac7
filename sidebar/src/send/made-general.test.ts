import { describe, expect, test } from 'vitest'
import { fillIn, type Names } from '../text/fill-in.ts'
import { madeGeneral } from './made-general.ts'

const LINK = 'https://huoshui.example.cn/t/1.abcdefghijklmn'
const facts = {
  上次买的: '西冷 200g ×4',
  上次下单: '11月19日',
  下单次数: '2',
  退订链接: LINK,
  喜欢几成熟: '五成',
  会员号: '20418',
}
const hers: Names = { customer: '孙瑶', guide: '林夏', facts }
const WRITTEN = '{客户昵称}，上次的{上次买的}吃完了吗？这是第{下单次数}次了。不想收点 {退订链接}'
const READ = fillIn(WRITTEN, hers)
const general = (text: string, written = WRITTEN, names = hers) => madeGeneral(text, written, [names])

test('what nobody changed is as the script has it', () => {
  expect(general(READ)).toEqual({ text: WRITTEN, changed: [] })
})

test.each([
  ['a word more at the end', `${READ}，谢谢`, `${WRITTEN}，谢谢`],
  ['a word more at the beginning', `嗨 ${READ}`, `嗨 ${WRITTEN}`],
  ['another word between two places', READ.replace('吃完了吗', '煎得好吗'), WRITTEN.replace('吃完了吗', '煎得好吗')],
  ['two places that changed theirs', READ.replace('上次的', '先前的').replace('不想', '若不想'), undefined],
  ['all of it anew', `孙瑶看 ${LINK} 和 ${LINK}`, '{客户昵称}看 {退订链接} 和 {退订链接}'],
  ['facts of the profile', '你喜欢五成，会员号 20418', '你喜欢{喜欢几成熟}，会员号 {会员号}'],
  ['a short number is a number', '分 2 次煎，各 12 分钟', '分 2 次煎，各 12 分钟'],
])('%s', (_what, text, expected) => {
  const { text: made } = general(text)
  if (expected !== undefined) expect(made).toBe(expected)
  for (const value of ['孙瑶', '西冷', '11月19日', LINK]) expect(made).not.toContain(value)
})

test('a name that lies over the edge of what was changed becomes a place, too', () => {
  expect(general('孙瑶先生好', '孙先生好').text).toBe('{客户昵称}先生好')
})

describe('nicknames', () => {
  const named = (customer: string, text: string) => general(text, '随便', { customer, guide: '林夏' }).text
  test.each([
    ['好', '你好，最好的', '你好，最好的'],
    ['👨‍👩‍👧‍👦', '👨‍👩‍👧‍👦好', '👨‍👩‍👧‍👦好'],
    ['{小仙女}', '{小仙女}，好', '{客户昵称}，好'],
    ['a.*+?^$()[]|\\', 'a.*+?^$()[]|\\，好', '{客户昵称}，好'],
    ['$&', '$&，好', '{客户昵称}，好'],
    ['', '你好', '你好'],
  ])('%s in %s reads %s', (customer, text, expected) => expect(named(customer, text)).toBe(expected))
})

test('the longest value first, and the fact where the name is as long', () => {
  const names = { customer: '牛排', guide: '林夏', facts: { 上次买的: '牛排', 喜欢的: '厚切牛排' } }
  expect(general('厚切牛排和牛排', '随便', names).text).toBe('{喜欢的}和{上次买的}')
})

test('what is known by now and what was known when it was begun both go', () => {
  const later = { ...hers, facts: { ...facts, 上次买的: '眼肉 300g' } }
  expect(madeGeneral('西冷 200g ×4或眼肉 300g', WRITTEN, [hers, later]).text).toBe('{上次买的}或{上次买的}')
})

test('a place whose words stand there in part is told of, one that was taken out whole is not', () => {
  expect(general(READ.replace('西冷 200g ×4', '西冷')).changed).toEqual(['上次买的'])
  expect(general('在吗').changed).toEqual([])
})

test('without a name nothing stands for one', () => {
  const names = { customer: null, guide: '林夏', facts: {} }
  expect(general('您好，在吗', '{客户昵称}，您好', names).text).toBe('您好，在吗')
})

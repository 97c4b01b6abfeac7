import { expect, test } from 'vitest'
import { fillNames } from './fill-names.ts'

const nobody = { customer: undefined, guide: undefined }

test('known names stand in their places', () => {
  expect(fillNames('{客户昵称}，您好，我是{导购名}。', { customer: '小满', guide: '林夏' })).toBe(
    '小满，您好，我是林夏。',
  )
})

test.each([
  ['{客户昵称}，您好呀', '您好呀'],
  ['{客户昵称} 您好', '您好'],
  ['Hi {客户昵称}～欢迎来到牧野', '欢迎来到牧野'],
  ['您好{客户昵称}，欢迎', '您好，欢迎'],
  ['您好，我是{导购名}，您的牛排顾问', '您好，您的牛排顾问'],
  ['您好，我是{导购名}。有事找我', '您好。有事找我'],
  ['我是{导购名}', ''],
  ['我是{导购名}。欢迎', '欢迎'],
  ['您好\n我是{导购名}。领券', '您好\n领券'],
  ['您好，我是{导购名}', '您好，'],
  ['我是您的顾问{导购名}，有事找我', '我是您的顾问，有事找我'],
  ['欢迎！\n{客户昵称}，领券', '欢迎！\n领券'],
  ['欢迎！\n我是{导购名}。领券', '欢迎！\n领券'],
  ['您好。\n\n 我是{导购名}，您的顾问', '您好。\n\n您的顾问'],
  ['您好！ 我是{导购名}。领券', '您好。领券'],
  ['您好\n{客户昵称}\n领券', '您好\n领券'],
  ['您好\n{客户昵称}', '您好'],
  ['您好\n{客户昵称}。\n领券', '您好\n领券'],
  ['您好\n\n{客户昵称}，\n\n领券', '您好\n\n领券'],
  ['您好\n亲爱的{客户昵称}：\n领券', '您好\n领券'],
  ['{客户昵称}\n\n您好', '您好'],
  ['您好\n我是{导购名}。\n领券', '您好\n领券'],
  ['您好\n我是{导购名}', '您好'],
])('%s without names reads %s', (template, text) => {
  expect(fillNames(template, nobody)).toBe(text)
})

test.each([
  ['您好\n不想收点这里：{退订链接}\n有事说', 'https://a.cn/t/1.x', '您好\n不想收点这里：https://a.cn/t/1.x\n有事说'],
  ['您好\n不想收点这里：{退订链接}\n有事说', undefined, '您好\n有事说'],
  ['您好\n\n{退订链接}\n\n有事说', undefined, '您好\n\n有事说'],
  ['{退订链接}', undefined, ''],
])('%s with the link %s reads %s', (template, optOut, text) => {
  expect(fillNames(template, { ...nobody, optOut })).toBe(text)
})

test('one known name stays when the other is missing', () => {
  expect(fillNames('{客户昵称}，您好，我是{导购名}。', { customer: undefined, guide: '林夏' })).toBe('您好，我是林夏。')
  expect(fillNames('{客户昵称}，您好，我是{导购名}。', { customer: '小满', guide: undefined })).toBe('小满，您好。')
})

test('a name that looks like a place is only a name', () => {
  expect(fillNames('{客户昵称}，您好', { customer: '{导购名}$&', guide: '林夏' })).toBe('{导购名}$&，您好')
})

test('a name of blanks is none', () => {
  expect(fillNames('{客户昵称}，您好，我是{导购名}。', { customer: ' ', guide: '' })).toBe('您好。')
})

import { expect, test } from 'vitest'
import { fillForGuide, remarkOnText } from './personal-words.ts'

test('the customer cannot be named, the guide can', () => {
  expect(fillForGuide('{客户昵称}，我是{导购名}，今天有福利', '林夏')).toBe('我是林夏，今天有福利')
  expect(fillForGuide('亲爱的{客户昵称}！周三见', undefined)).toBe('亲爱的周三见')
  expect(fillForGuide('周三见', '林夏')).toBe('周三见')
  expect(fillForGuide('我是{导购名}', '小$&')).toBe('我是小$&')
})

test('the operator is told when something was taken out', () => {
  expect(remarkOnText('{客户昵称}，周三见')).toContain('不能逐个称呼')
  expect(remarkOnText('周三见，{导购名}')).toBeUndefined()
  expect(remarkOnText(undefined)).toBeUndefined()
})

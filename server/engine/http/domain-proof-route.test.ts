import { afterEach, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

let t: TestApp
afterEach(() => t.close())

it('serves the domain proof from the config folder and nothing else of it', async () => {
  t = await buildTestApp({ config: { 'WW_verify_abc123.txt': 'abc123' } })
  const get = async (path: string) => {
    const answer = await fetch(`${t.url}${path}`)
    return [answer.status, answer.status === 200 ? await answer.text() : '']
  }
  expect(await get('/WW_verify_abc123.txt')).toEqual([200, 'abc123'])
  expect(await get('/WW_verify_other.txt')).toEqual([404, ''])
  expect(await get('/tags.yaml')).toEqual([404, ''])
  expect(await get('/..%2fWW_verify_abc123.txt')).toEqual([404, ''])
})

it('is no fault of the rules: they come into force beside it', async () => {
  t = await buildTestApp({
    config: {
      'WW_verify_abc123.txt': 'abc123',
      'welcomes/w.yaml': 'welcome: 默认欢迎语\ndefault: true\ntext: 您好，欢迎来到牧野。\n',
    },
  })
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  const texts = t.sandbox.messagesOf(externalUserId).map((message) => message.text)
  expect(texts).toContain('您好，欢迎来到牧野。')
})

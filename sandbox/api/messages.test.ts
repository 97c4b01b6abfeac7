import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const send = (body: object) =>
  t.post('message/send', {
    touser: 'zhangsan',
    agentid: 1_000_002,
    msgtype: 'text',
    text: { content: '有新客户' },
    ...body,
  })

it('reaches the members it can and names the others in lower case', async () => {
  const answer = await send({ touser: 'zhangsan|Nobody' })
  expect(answer).toMatchObject({ errcode: 0, invaliduser: 'nobody' })
  expect(t.sandbox.world.appMessages.get('zhangsan')).toMatchObject([
    { msgtype: 'text', body: { content: '有新客户' } },
  ])
  expect(t.sandbox.world.appMessages.get('lisi')).toBeUndefined()
})

it.each([
  [{ agentid: 7 }, 40056],
  [{ msgtype: 'song' }, 40008],
  [{ touser: 'nobody' }, 81013],
  [{ touser: undefined }, 82001],
  [{ text: { content: '' } }, 44004],
  [{ text: { content: '牛'.repeat(683) } }, 45002],
  [{ msgtype: 'textcard', textcard: { title: 'x' } }, 40058],
])('refuses %o with %i', async (body, errcode) => {
  expect((await send(body)).errcode).toBe(errcode)
})

it('drops what exceeds 30 a minute to one member, silently', async () => {
  for (let i = 0; i < 31; i++) expect((await send({})).errcode).toBe(0)
  expect(t.sandbox.world.appMessages.get('zhangsan')).toHaveLength(30)
})

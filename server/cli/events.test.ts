import { afterEach, beforeEach, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { runCommand } from '../testing/run-command.ts'
import { eventsProgram } from './events.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config: { 'welcomes/欢迎.yaml': 'welcome: 欢迎\ndefault: true\ntext: 您好\n' } })
})
afterEach(() => t.close())
const run = (...words: string[]) => runCommand(eventsProgram, words, t)
const idOf = async (kind: string) =>
  String((await t.rawRows<{ id: number }>('SELECT id FROM inbound_event WHERE kind = ?', [kind]))[0]?.id)

it('shows one event without the credential in it, and handles it once more without doing anything twice', async () => {
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  const id = await idOf('customer.added')
  const { code, out } = await run('show', id)
  expect(code).toBe(0)
  expect(out).toContain(`事件 ${id}  customer.added  已处理`)
  expect(out).toContain('"welcomeCode": "（已隐去）"')
  expect(JSON.parse((await run('show', `E${id}`, '--json')).out)).toMatchObject({ payload: { externalUserId } })

  const before = [t.sandbox.messagesOf(externalUserId).length, (await t.timelineOf(externalUserId)).length]
  expect((await run('replay', id)).out).toContain('已重新排队')
  expect(await t.rawRows('SELECT state FROM inbound_event WHERE id = ?', [id])).toEqual([{ state: 'new' }])
  expect((await run('replay', id)).out).toContain('还在等待处理')
  await t.advance(1_000)
  expect((await run('show', id)).out).toContain('已处理')
  expect([t.sandbox.messagesOf(externalUserId).length, (await t.timelineOf(externalUserId)).length]).toEqual(before)
})

it.each([[[]], [['list']], [['show']], [['show', 'x']], [['replay', '1', '--csv']], [['show', '1', '--json', 'x']]])(
  '%j is wrong use',
  async (words) => expect(await run(...words)).toMatchObject({ code: 2, err: expect.stringContaining('用法') }),
)

it('says when there is none', async () => expect(await run('show', '999')).toMatchObject({ code: 1, out: '' }))

import { afterEach, expect, it } from 'vitest'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { tell } from './testing/tell.ts'

const SEND = 'externalcontact/send_welcome_msg'
const PAIR = [
  ['UserID', 'zhangsan'],
  ['ExternalUserID', 'wmHalf'],
] as const

let t: TestApp
afterEach(() => t.close())

/** A half add whose code WeCom keeps busy, and two seconds later the add itself with another code, told twice. */
async function twoCodes(): Promise<void> {
  t = await buildTestApp({ config: { 'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 您好\n' } })
  for (const code of ['half', 'full']) {
    const expiresAtMs = t.clock.now() + 60 * SECOND_MS
    t.sandbox.world.welcomeCodes.set(code, {
      code,
      userId: 'zhangsan',
      externalUserId: 'wmHalf',
      expiresAtMs,
      used: false,
    })
  }
  t.sandbox.faults.set({ path: SEND, errcode: 41096 })
  await tell(t, 'add_half_external_contact', [...PAIR, ['WelcomeCode', 'half']])
  t.clock.advance(2 * SECOND_MS)
  await tell(t, 'add_external_contact', [...PAIR, ['WelcomeCode', 'full']])
  await tell(t, 'add_external_contact', [...PAIR, ['WelcomeCode', 'full']])
}
const codesUsed = (): string[] =>
  t.sandbox.calls(SEND).map((call) => (call.body as { welcome_code: string }).welcome_code)
const states = async (): Promise<string[]> =>
  (await t.rawRows<{ state: string }>('SELECT state FROM welcome')).map((row) => row.state)
const spares = async (): Promise<number> => (await t.rawRows('SELECT 1 FROM welcome_spare')).length

it('a second code that came while the first was under way is used when the first fails', async () => {
  await twoCodes()
  expect(new Set(codesUsed())).toEqual(new Set(['half']))
  expect(await spares()).toBe(1)
  t.sandbox.faults.clear()
  t.sandbox.faults.set({ path: SEND, errcode: 41050, times: 1 })
  await t.advance(SECOND_MS)
  expect(codesUsed().slice(-2)).toEqual(['half', 'full'])
  expect(await states()).toEqual(['sent'])
  expect(t.sandbox.messagesOf('wmHalf').filter((message) => message.via === 'welcome')).toHaveLength(1)
  expect(await spares()).toBe(0)
})

it('also when the first ran out of its 20 seconds, as long as the second lives', async () => {
  await twoCodes()
  // The first has 18 s left, the second all of its 20.
  t.clock.advance(17 * SECOND_MS)
  await t.settle()
  t.sandbox.faults.clear()
  t.sandbox.faults.set({ path: SEND, errcode: 41096, times: 1 })
  for (let second = 0; second < 2; second++) await t.advance(SECOND_MS)
  expect(codesUsed().at(-1)).toBe('full')
  expect(await states()).toEqual(['sent'])
})

it('it is not used when the first went through, or when another app was first', async () => {
  await twoCodes()
  t.sandbox.faults.clear()
  t.sandbox.faults.set({ path: SEND, errcode: 41051, times: 1 })
  for (let second = 0; second < 25; second++) await t.advance(SECOND_MS)
  expect(codesUsed()).not.toContain('full')
  expect(await states()).toEqual(['taken'])
  expect(await spares()).toBe(0)
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import { ACTION } from '../engine/actions/action-tables.ts'
import { EMPTIED } from '../engine/emptied.ts'
import { INBOUND_EVENT } from '../engine/inbox/event-tables.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { runCommand } from '../testing/run-command.ts'
import { actionKindText } from './action-kind-text.ts'
import { actionsProgram } from './actions.ts'

const CONFIG = {
  'channels/包裹卡.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\ntags: [来源/包裹卡]\n',
  'tags.yaml': 'tags:\n  - { group: 来源, names: [包裹卡] }\n',
  'welcomes/通用.yaml': 'welcome: 通用\ndefault: true\ntext: 欢迎\n',
}
const DAY_MS = 86_400_000

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config: CONFIG })
})
afterEach(() => t.close())

const run = (...words: string[]) => runCommand(actionsProgram, words, t)

test('a call that was given up is listed with its reason, and carried out after a retry', async () => {
  expect((await run('dead')).out).toBe('没有被放弃的动作或事件。')
  t.sandbox.faults.set({ path: 'externalcontact/mark_tag', errcode: -1 })
  await t.sandbox.scan({ userId: 'zhangsan', state: 'parcel-card', externalUserId: 'wmA' })
  for (let day = 0; day < 3; day++) await t.advance(DAY_MS)
  for (let hour = 0; hour < 12; hour++) await t.advance(2 * 3_600_000)
  const { code, out } = await run('dead')
  expect(code).toBe(1)
  expect(out).toMatch(
    /^已放弃：动作 1 条，事件 0 条\n\nA\d+ {2}打标签（tag\.mark） {2}客户 .+（wmA） {2}导购 张三（zhangsan）/,
  )
  expect(out).toContain('试了 12 次：-1 系统繁忙。')

  t.sandbox.faults.clear()
  expect(await run('retry', 'tag.mark')).toMatchObject({ code: 0, out: '已重新排队 1 条。' })
  await t.advance(1_000)
  expect([...(t.sandbox.world.followsByUser.get('zhangsan')?.get('wmA')?.tagIds ?? [])]).toHaveLength(1)
  expect((await run('dead')).code).toBe(0)
  expect(await run('retry', 'all')).toMatchObject({ code: 1 })
})

test('a call that says nothing but its kind is tried again as any other, one whose content is no longer kept is not', async () => {
  await t.db.tx(async (tx) => {
    const dead = {
      lane: 1 as const,
      state: 'dead' as const,
      reason: '{"text":"规则变了"}',
      due_at: 0,
      created_at: 0,
      attempts: 12,
    }
    await tx.insertIgnore(ACTION, [
      { ...dead, dedupe_key: 'list', kind: 'tag.list', payload: '{}' },
      { ...dead, dedupe_key: 'old', kind: 'tag.list', payload: EMPTIED },
    ])
  })
  expect(await run('retry', 'tag.list')).toMatchObject({ code: 0, out: '已重新排队 1 条。' })
  await t.advance(1_000)
  expect(
    await t.rawRows("SELECT dedupe_key, state FROM action WHERE dedupe_key IN ('list', 'old') ORDER BY dedupe_key"),
  ).toEqual([
    { dedupe_key: 'list', state: 'done' },
    { dedupe_key: 'old', state: 'dead' },
  ])
})

test('what WeCom refused for good is listed with whose it was and why, for days, as a table and for programs', async () => {
  expect((await run('failed')).out).toBe('近 7 天没有被拒绝的动作。')
  t.sandbox.faults.set({ path: 'externalcontact/mark_tag', errcode: 40096 })
  await t.sandbox.scan({ userId: 'zhangsan', state: 'parcel-card', externalUserId: 'wmA' })
  await t.settle()
  const { code, out } = await run('failed')
  expect(code).toBe(1)
  expect(out).toMatch(
    /\nA\d+ {2}打标签（tag\.mark） {2}客户 .+（wmA） {2}导购 张三（zhangsan） .*\n {4}试了 1 次：40096 客户不存在，或跟进人不在应用可见范围。/,
  )
  expect(JSON.parse((await run('failed', '--json')).out)).toMatchObject({
    actions: [{ what: 'tag.mark', errcode: 40096 }],
  })
  expect((await run('failed', '1', '--csv')).out).toContain('"打标签（tag.mark）","wmA",')
  await t.advance(2 * DAY_MS)
  expect((await run('failed', '1')).code).toBe(0)
  for (const words of [['x'], ['1', '2'], ['--json', '--csv']]) expect((await run('failed', ...words)).code).toBe(2)
})

test('an event that no handler could take in is tried again by its number', async () => {
  await t.db.tx((tx) =>
    tx.insertIgnore(INBOUND_EVENT, [
      {
        dedupe_key: 'x',
        kind: 'wecom.change_external_contact.del_follow_user',
        lane: 1,
        payload: '{"CreateTime":"1","ChangeType":"del_follow_user","UserID":"zhangsan","ExternalUserID":"wmA"}',
        event_at: 1_000,
        received_at: 1_000,
        state: 'dead',
        due_at: 1_000,
        last_error: 'customers.lost-by-customer: boom',
      },
    ]),
  )
  const { out } = await run('dead')
  const number = /E\d+/.exec(out)?.[0] ?? ''
  expect(out).toContain('customers.lost-by-customer: boom')
  expect(await run('retry', number)).toMatchObject({ code: 0 })
  await t.advance(1_000)
  expect((await run('dead')).code).toBe(0)
})

test('wrong words are told, and nothing is changed', async () => {
  for (const words of [[], ['dead', 'x'], ['retry'], ['bury']]) expect((await run(...words)).code).toBe(2)
})

test('every action that the server carries out has a name in Chinese', () => {
  const kinds = t.huoshui.capabilities.flatMap(({ executors = [] }) => executors.map(({ kind }) => kind.kind))
  expect(kinds.length).toBeGreaterThan(30)
  expect(kinds.filter((kind) => actionKindText(kind) === kind)).toEqual([])
})

import { afterEach, beforeEach, expect, it } from 'vitest'
import { customersProgram } from '../../cli/customers.ts'
import { createPeopleProgram } from '../../cli/people.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'
import { signedPost } from '../../testing/signed-post.ts'

const PHONE = '13800001111'
const UNION_ID = 'oU0000000000000000000000009'
const CONFIG = {
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
  'tags.yaml': 'tags:\n  - { group: 会员, names: [金卡, 银卡] }\n',
  'sop/gold.yaml':
    'sop: gold\nname: 金卡\ntrigger: order.paid\nsteps:\n  - tag: { add: [会员/金卡] }\nreenterAfterDays: 0\n',
  'sop/plain.yaml':
    'sop: plain\nname: 退款\ntrigger: order.refunded\nsteps:\n  - tag: { remove: [会员/金卡] }\nreenterAfterDays: 0\n',
}

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config: CONFIG, now: '2026-11-20T10:00:00+08:00' })
  await t.advance(MINUTE_MS)
})
afterEach(() => t.close())

const add = async (externalUserId: string, unionId?: string): Promise<void> => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId, name: externalUserId, ...(unionId ? { unionId } : {}) })
  await t.advance(MINUTE_MS)
}
const say = async (change: object, nth = 'T1') => {
  const body = { source: '会员系统', changeId: nth, add: ['会员/金卡'], ...change }
  const { json } = await signedPost(t, '/api/tags', body)
  await t.advance(MINUTE_MS)
  return json
}
const notePhone = async (externalUserId: string): Promise<void> => {
  await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId, mobiles: [PHONE] })
  await t.advance(MINUTE_MS)
}
/** As WeCom has them, at all guides. */
const borne = (externalUserId: string): string[] => {
  const ids = t.sandbox.world.followsByCustomer.get(externalUserId).flatMap((follow) => [...follow.tagIds])
  return ids.flatMap((id) => t.sandbox.world.tags.get(id)?.name ?? []).sort()
}
/** The guides at whom WeCom has one of them. */
const bearersOf = (externalUserId: string, tag: string): string[] => {
  const ids = [...t.sandbox.world.tags.values()].flatMap(({ id, name }) => (name === tag ? [id] : []))
  const follows = t.sandbox.world.followsByCustomer.get(externalUserId)
  return follows.flatMap(({ userId, tagIds }) => (ids.some((id) => tagIds.has(id)) ? [userId] : [])).sort()
}
const run = async (program: typeof customersProgram, ...words: string[]): Promise<string> => {
  const { code, out, err } = await runCommand(program, words, {
    ...t,
    env: { ORDERS_SECRET: t.sandbox.credentials.ordersSecret, DATABASE_URL: t.databaseUrl },
  })
  await t.advance(MINUTE_MS)
  return code === 0 ? out : err
}
const calls = (): number => t.sandbox.calls('externalcontact/mark_tag').length

it('a tag told of a customer of ours is put on in WeCom once, however often it is told; nobody else is touched', async () => {
  await add('wmA')
  await add('wmB')
  expect(await say({ customer: { externalUserId: 'wmA' } })).toEqual({
    changeId: 'T1',
    result: 'stored',
    matched: true,
  })
  expect(await say({ customer: { externalUserId: 'wmA' } })).toEqual({
    ...{ changeId: 'T1', result: 'unchanged', matched: true },
  })
  expect([borne('wmA'), borne('wmB')]).toEqual([['金卡'], []])
  expect(calls()).toBe(1)
  expect((await t.timelineOf('wmA', 'tag.changed')).join()).toContain('会员/金卡')
})

it('a tag for a phone or a union id that nobody has waits, and is put on as soon as somebody has it', async () => {
  await add('wmA')
  expect(await say({ customer: { phone: PHONE } })).toMatchObject({ result: 'stored', matched: false })
  expect(await say({ customer: { unionId: UNION_ID }, add: ['会员/银卡'] }, 'T2')).toMatchObject({ matched: false })
  expect(calls()).toBe(0)
  await notePhone('wmA')
  await add('wmB', UNION_ID)
  expect([borne('wmA'), borne('wmB')]).toEqual([['金卡'], ['银卡']])
  await notePhone('wmA')
  expect(await say({ customer: { phone: PHONE } })).toMatchObject({ result: 'unchanged', matched: true })
  expect(calls()).toBe(2)
  expect(t.logLines.join()).not.toContain(PHONE)
  expect(await t.rawRows('SELECT phone_hash FROM told_tag WHERE phone_hash = ?', [PHONE])).toEqual([])
})

it('of what is said of one tag the latest word holds, in whatever order it comes', async () => {
  await add('wmA')
  const customer = { externalUserId: 'wmA' }
  const at = (minutes: number) => t.clock.now() + minutes * MINUTE_MS
  await say({ customer, at: at(-10) })
  await say({ customer, add: [], remove: ['会员/金卡'], at: at(-5) }, 'T2')
  expect(borne('wmA')).toEqual([])
  expect(await say({ customer, at: at(-7) }, 'T3')).toMatchObject({ result: 'stored', matched: true })
  expect(borne('wmA')).toEqual([])
  // A clock that is wrong does not outlive the next word.
  await say({ customer, at: at(600) }, 'T4')
  expect(borne('wmA')).toEqual(['金卡'])
  await say({ customer, add: [], remove: ['会员/金卡'] }, 'T5')
  expect(borne('wmA')).toEqual([])
})

it('what a person put on is taken off by nobody’s word but a person’s', async () => {
  await add('wmA')
  await say({ customer: { externalUserId: 'wmA' }, add: ['会员/银卡'] })
  const [gold] = [...t.sandbox.world.tags.values()].filter(({ name }) => name === '金卡')
  await t.sandbox.editTags({ userId: 'zhangsan', externalUserId: 'wmA', add: [gold?.id ?? ''] })
  await t.advance(MINUTE_MS)
  await say({ customer: { externalUserId: 'wmA' }, add: [], remove: ['会员/金卡', '会员/银卡'] }, 'T2')
  expect(borne('wmA')).toEqual(['金卡'])
})

it('what was lent by a merge goes back with it: each tag is as it was before', async () => {
  await add('wmA')
  await say({ customer: { externalUserId: 'wmA' }, add: ['会员/银卡'] }, 'own')
  await say({ customer: { phone: PHONE }, remove: ['会员/银卡'] }, 'lent')
  await run(customersProgram, 'merge', 'wmA', '--phone', PHONE, '--why', '客户自己说的')
  expect(borne('wmA')).toEqual(['金卡'])
  await say({ customer: { phone: PHONE }, add: [], remove: ['会员/金卡'] }, 'lent later')
  expect(borne('wmA')).toEqual([])
  await run(customersProgram, 'unmerge', '1')
  expect(borne('wmA')).toEqual(['银卡'])
  expect(await t.rawRows('SELECT change_id FROM told_tag WHERE external_userid IS NULL ORDER BY id')).toHaveLength(3)
  // And to whoever WeCom says has the phone it is given for good.
  await add('wmB')
  await notePhone('wmB')
  expect([borne('wmA'), borne('wmB')]).toEqual([['银卡'], []])
})

it('a tag that some guides bore comes back with them, not with whoever speaks for us by then', async () => {
  await add('wmA')
  await say({ customer: { externalUserId: 'wmA' } }, 'own')
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wmA', name: 'wmA' })
  await t.advance(MINUTE_MS)
  expect(bearersOf('wmA', '金卡')).toEqual(['zhangsan'])
  await run(customersProgram, 'merge', 'wmA', '--phone', PHONE, '--why', '客户自己说的')
  await say({ customer: { phone: PHONE }, add: [], remove: ['会员/金卡'] }, 'lent')
  await say({ customer: { phone: PHONE }, add: ['会员/银卡'] }, 'lent too')
  expect([bearersOf('wmA', '金卡'), bearersOf('wmA', '银卡')]).toEqual([[], ['lisi']])
  await run(customersProgram, 'unmerge', '1')
  expect([bearersOf('wmA', '金卡'), bearersOf('wmA', '银卡')]).toEqual([['zhangsan'], []])
  expect(await t.rawRows("SELECT told_tag_id FROM told_tag_bearer WHERE userid <> 'zhangsan'")).toEqual([])
})

it('one that was lent to a guide besides goes with the merge, and stays with whom it was', async () => {
  await add('wmA')
  await say({ customer: { externalUserId: 'wmA' } }, 'own')
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wmA', name: 'wmA' })
  await t.advance(MINUTE_MS)
  await run(customersProgram, 'merge', 'wmA', '--phone', PHONE, '--why', '客户自己说的')
  await say({ customer: { phone: PHONE } }, 'lent')
  expect(bearersOf('wmA', '金卡')).toEqual(['lisi', 'zhangsan'])
  await run(customersProgram, 'unmerge', '1')
  expect(bearersOf('wmA', '金卡')).toEqual(['zhangsan'])
})

it('what another guide put on by hand, which no word took off, is put on nowhere else when a merge goes back', async () => {
  await add('wmA')
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wmA', name: 'wmA' })
  await t.advance(MINUTE_MS)
  const [gold] = [...t.sandbox.world.tags.values()].filter(({ name }) => name === '金卡')
  await t.sandbox.editTags({ userId: 'zhangsan', externalUserId: 'wmA', add: [gold?.id ?? ''] })
  await t.advance(MINUTE_MS)
  await run(customersProgram, 'merge', 'wmA', '--phone', PHONE, '--why', '客户自己说的')
  await say({ customer: { phone: PHONE }, add: [], remove: ['会员/金卡'] }, 'lent')
  expect(borne('wmA')).toEqual(['金卡'])
  await run(customersProgram, 'unmerge', '1')
  expect(borne('wmA')).toEqual(['金卡'])
})

const order = async (externalUserId: string, status: 'paid' | 'refunded'): Promise<void> => {
  const at = { [status === 'paid' ? 'paidAt' : 'at']: new Date(t.clock.now()).toISOString() }
  const body = { orderId: 'O1', status, customer: { externalUserId }, totalFen: 100, source: '小程序', ...at }
  await signedPost(t, '/api/orders', body)
  await t.advance(MINUTE_MS)
}

it('what a rule puts on while it is lent stays when the merge goes back', async () => {
  for (const id of ['wmA', 'wmB']) {
    await add(id)
    await run(customersProgram, 'merge', id, '--phone', PHONE, '--why', '客户自己说的')
    await say({ customer: { phone: PHONE }, add: ['会员/银卡', '会员/金卡'] }, id)
    expect(borne(id)).toEqual(['金卡', '银卡'])
    if (id === 'wmB') await order('wmB', 'paid')
    await run(customersProgram, 'unmerge', id === 'wmA' ? '1' : '2')
    // The rule meant gold and not silver.
    expect(borne(id)).toEqual(id === 'wmA' ? [] : ['金卡'])
  }
})

it('what a rule takes off while its going is lent does not come back with the merge', async () => {
  await add('wmA')
  await order('wmA', 'paid')
  await run(customersProgram, 'merge', 'wmA', '--phone', PHONE, '--why', '客户自己说的')
  await say({ customer: { phone: PHONE }, add: [], remove: ['会员/金卡'] }, 'lent')
  expect(borne('wmA')).toEqual([])
  await order('wmA', 'refunded')
  await run(customersProgram, 'unmerge', '1')
  expect(borne('wmA')).toEqual([])
})

it('what a rule puts on between two words that are lent stays when both go back', async () => {
  await add('wmA')
  await run(customersProgram, 'merge', 'wmA', '--phone', PHONE, '--why', '客户自己说的')
  await say({ customer: { phone: PHONE } }, 'lent')
  await order('wmA', 'paid')
  await say({ customer: { phone: PHONE } }, 'lent again')
  await run(customersProgram, 'unmerge', '1')
  expect(borne('wmA')).toEqual(['金卡'])
})

it('a rule that meant it in an earlier merge holds nothing back in the next', async () => {
  await add('wmA')
  await run(customersProgram, 'merge', 'wmA', '--phone', PHONE, '--why', '客户自己说的')
  await say({ customer: { phone: PHONE } }, 'lent')
  await order('wmA', 'paid')
  await order('wmA', 'refunded')
  await run(customersProgram, 'unmerge', '1')
  expect(borne('wmA')).toEqual([])
  await run(customersProgram, 'merge', 'wmA', '--phone', PHONE, '--why', '客户自己说的')
  expect(borne('wmA')).toEqual(['金卡'])
  await run(customersProgram, 'unmerge', '2')
  expect(borne('wmA')).toEqual([])
})

it('what a rule meant before it was lent holds nothing back', async () => {
  await add('wmA')
  await order('wmA', 'paid')
  await order('wmA', 'refunded')
  expect(borne('wmA')).toEqual([])
  await run(customersProgram, 'merge', 'wmA', '--phone', PHONE, '--why', '客户自己说的')
  await say({ customer: { phone: PHONE }, add: ['会员/银卡'] }, 'lent')
  await say({ customer: { phone: PHONE } }, 'lent too')
  expect(borne('wmA')).toEqual(['金卡', '银卡'])
  await run(customersProgram, 'unmerge', '1')
  expect(borne('wmA')).toEqual([])
})

it('who is with nobody now bears it when they come back', async () => {
  await add('wmA')
  await t.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId: 'wmA' })
  await t.advance(MINUTE_MS)
  expect(await say({ customer: { externalUserId: 'wmA' } })).toMatchObject({ result: 'stored', matched: false })
  await t.advance(2 * DAY_MS)
  await add('wmA')
  expect(borne('wmA')).toEqual(['金卡'])
})

it('what nobody can bear or ever be found by is said; a wrong body or signature stores nothing', async () => {
  await add('wmA')
  expect(await say({ customer: { externalUserId: 'wmA' }, add: ['会员/钻石'] })).toEqual({
    ...{ changeId: 'T1', result: 'stored', matched: true, unknown: ['会员/钻石'] },
  })
  expect((await t.timelineOf('wmA', 'tag.changed')).join()).toContain('企业微信里没有标签 会员/钻石')
  expect(await say({ customer: {} }, 'T2')).toMatchObject({ nobody: expect.stringContaining('找不到客户') })
  const stored = await t.rawRows('SELECT id FROM told_tag')
  const refused = [
    { add: ['金卡'] },
    { add: [] },
    { remove: ['会员/金卡'] },
    { changeId: ' ' },
    { at: 'yesterday' },
    { at: 1_790_000_000 },
  ]
  for (const wrong of refused)
    expect(await say({ customer: { phone: PHONE }, ...wrong }, 'T3')).toMatchObject({ code: 'told-tags.invalid' })
  const body = { source: '会员系统', changeId: 'T4', add: ['会员/金卡'], customer: { externalUserId: 'wmA' } }
  const { status } = await signedPost(t, '/api/tags', body, { secret: 'another-secret-of-32-characters-' })
  expect(status).toBe(401)
  expect(await t.rawRows('SELECT id FROM told_tag')).toEqual(stored)
})

it('whoever is erased is not known again by what was told before, and what waits for nobody goes after its time', async () => {
  await add('wmA')
  await notePhone('wmA')
  await say({ customer: { externalUserId: 'wmA' } }, 'T0')
  const at = t.clock.now() - MINUTE_MS
  expect(
    await run(createPeopleProgram({ pause: (ms) => t.advance(ms) }), 'erase', 'wmA', '--yes', '--still-there'),
  ).toContain('told_tag')
  expect(await say({ customer: { phone: PHONE }, at })).toEqual({ changeId: 'T1', result: 'unchanged', matched: false })
  await say({ customer: { phone: '13900002222' } }, 'T2')
  const waiting = () => t.rawRows('SELECT change_id FROM told_tag')
  expect(await waiting()).toEqual([{ change_id: 'T2' }])
  await t.advance(450 * DAY_MS)
  expect(await waiting()).toEqual([])
})

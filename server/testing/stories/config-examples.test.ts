import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { momentsProgram } from '../../cli/moments.ts'
import { sendsProgram } from '../../cli/sends.ts'
import { sopProgram } from '../../cli/sop.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { loadRules } from '../../rules/load-rules.ts'
import { runCommand } from '../run-command.ts'
import { EXAMPLES, type ExampleScene, exampleFiles, openExample } from './example-scene.ts'

/* The four companies of config-examples/: each folder loads without a fault, is planned without an error, and each need that its files
 * name happens; through the outside, over real storage. Which need is told by which test: docs/config-examples.md. */

let t: ExampleScene
afterEach(() => t.close())

describe.each(EXAMPLES)('%s', (company) => {
  test('has no fault and nothing to advise, says which needs it answers, and is planned', async () => {
    const { faults, advice } = await loadRules(join('config-examples', company), VOCABULARY)
    expect([faults, advice]).toEqual([[], []])
    const texts = Object.values(exampleFiles(company)).join('\n')
    const needs = readFileSync('docs/config-examples.md', 'utf8').matchAll(
      new RegExp(`^\\| (\\d+) \\|.*\\b${company}/`, 'gm'),
    )
    const listed = [...needs].map(([, need]) => need ?? '')
    expect(listed.length).toBeGreaterThan(0)
    for (const need of listed) expect([need, new RegExp(`需要[^\\n]*\\b${need}\\b`).test(texts)]).toEqual([need, true])
    t = await openExample(company, '2026-12-07T09:00')
    await t.friend('wm1')
    await t.order('wm1', { name: '入门课', totalFen: 300_000 })
    const plan = await runCommand(sopProgram, ['plan'], t)
    expect([plan.code, plan.err]).toEqual([0, ''])
  })
})

test('bank: each level and its groups get their own words, and nothing goes without a second yes (5, 7)', async () => {
  t = await openExample('bank', '2026-12-04T10:00')
  for (const id of ['wmA', 'wmB']) await t.friend(id)
  await t.profile('wmB', { 存款万元: 20 })
  await t.until('2026-12-05T04:00')
  expect([await t.tags('wmA'), await t.tags('wmB')]).toEqual([['A'], ['B']])
  await t.group('某行·初级群A1', 'lisi')
  await t.group('某行·中级群B1', 'zhangsan')
  // Monday's letter of A is asked for on Sunday; nobody says yes to that of the group.
  await t.until('2026-12-06T10:01')
  const [letter] = await t.rawRows<{ id: number; state: string }>(
    "SELECT id, state FROM send_run WHERE send_name = 'A级周信'",
  )
  expect(letter?.state).toBe('awaiting')
  const yes = await runCommand(sendsProgram, ['approve', String(letter?.id)], t, { operator: 'compliance' })
  expect([yes.code, yes.err]).toEqual([0, ''])
  await t.until('2026-12-07T10:01')
  expect(t.sent()).toEqual([expect.stringMatching(/^zhangsan → wmA: 本周手机银行/)])
  await t.until('2026-12-07T16:30')
  // B's are of Tuesday.
  await t.until('2026-12-07T15:01')
  const runs = await t.rawRows<{ id: number; send_name: string }>(
    "SELECT id, send_name FROM send_run WHERE state = 'awaiting'",
  )
  for (const { id } of runs) await runCommand(sendsProgram, ['approve', String(id)], t, { operator: 'compliance' })
  await t.until('2026-12-08T10:01')
  await t.until('2026-12-08T15:01')
  expect(t.sent().slice(1)).toEqual([
    expect.stringMatching(/^zhangsan → wmB: 本周理财讲座/),
    expect.stringMatching(/^zhangsan → wr-某行·中级群B1: 本周理财讲座/),
  ])
  expect([...t.sandbox.world.interceptRules.values()].map(({ name, type }) => `${name} ${type}`)).toEqual([
    '承诺收益 1',
  ])
})

test('course: who buys the advanced course is asked into its group; 180 days, a reminder, and the end (10, 11)', async () => {
  t = await openExample('course', '2026-06-01T10:00')
  await t.group('高级班1期', 'lisi')
  await t.friend('wm1')
  await t.friend('wm2')
  await t.order('wm2', { name: '高级课', totalFen: 500_000 })
  expect((await t.tasksAbout('wm2')).map(({ kind, script_id }) => [kind, script_id])).toContainEqual([
    'invite',
    'join-adv',
  ])
  await t.order('wm1', { name: '入门课', totalFen: 100_000 })
  expect(await t.tags('wm1')).toEqual(['入门班'])
  const about = async () => (await t.tasksAbout('wm1')).map(({ title }) => title)
  await t.until('2026-11-20T10:00')
  const before = await about()
  await t.until('2026-11-22T10:00')
  expect((await about()).length).toBe(before.length + 1)
  await t.until('2026-11-28T04:00')
  await t.until('2026-11-29T04:00')
  expect(await t.tags('wm1')).toEqual(['体验'])
})

test('course: a refund ends the entitlement on the spot (12)', async () => {
  t = await openExample('course', '2026-06-01T10:00')
  await t.friend('wm1')
  const orderId = await t.order('wm1', { name: '入门课', totalFen: 100_000 })
  expect(await t.tags('wm1')).toEqual(['入门班'])
  t.clock.advance(DAY_MS)
  await t.order('wm1', { name: '入门课', totalFen: 100_000, status: 'refunded', orderId })
  await t.beats(4)
  expect(await t.tags('wm1')).toEqual(['体验'])
})

test('course: a new class is a new group, lesson by lesson, with its to-dos (13)', async () => {
  t = await openExample('course', '2026-06-01T10:00')
  await t.group('入门班12期', 'zhangsan')
  await t.until('2026-06-02T09:00')
  await t.until('2026-06-02T19:00')
  await t.group('入门班13期', 'lisi')
  await t.until('2026-06-03T19:00')
  expect(t.sent().map((one) => one.slice(0, 30))).toEqual([
    expect.stringMatching(/^zhangsan → wr-入门班12期: 第一课/),
    expect.stringMatching(/^zhangsan → wr-入门班12期: 第二课|^lisi → wr-入门班13期: 第一课/),
    expect.stringMatching(/^zhangsan → wr-入门班12期: 第二课|^lisi → wr-入门班13期: 第一课/),
  ])
  await t.until('2026-06-04T10:00')
  const duties = await t.rawRows<{ userid: string; title: string }>('SELECT userid, title FROM duty ORDER BY id')
  expect(duties.map(({ userid, title }) => `${userid} ${title.slice(0, 5)}`)).toEqual([
    'zhangsan 写好群公告',
    'zhangsan 看看谁没交',
  ])
})

test('frozen food: the week of a group, told on Monday, with its host and three times welfare (21, 22, 23, 24)', async () => {
  t = await openExample('frozen-food', '2026-12-06T12:00')
  await t.group('付费群1', 'zhangsan')
  for (const at of ['07T09:30', '07T16:00', '08T10:00', '09T16:00', '10T18:30', '10T19:30', '11T16:00', '12T10:00'])
    await t.until(`2026-12-${at}`)
  const words = t.sent().map((one) => one.replace('zhangsan → wr-付费群1: ', ''))
  expect(words[0]).toMatch(
    /^这周群里有：[\s\S]*周二[\s\S]*美食分享日[\s\S]*周四[\s\S]*游戏互动日[\s\S]*周六[\s\S]*活动福利日/,
  )
  expect(words.slice(1).map((one) => one.slice(0, 6))).toEqual([
    '今天的福利：',
    '今天是美食分',
    '今天的福利：',
    '今晚猜部位：',
    '今天的福利：',
    '今天是活动福',
  ])
  const [host] = await t.rawRows<{ userid: string; title: string; script: string; evidence: string }>(
    'SELECT userid, title, script, evidence FROM duty',
  )
  expect(host).toMatchObject({
    title: '主持「游戏互动日」',
    script: '先发三张部位图，一分钟后公布',
    evidence: '几个人参加',
  })
})

test('frozen food: one big promotion a month with some held out, and its results are kept (25, 44)', async () => {
  t = await openExample('frozen-food', '2026-12-06T12:00')
  for (const id of Array.from({ length: 20 }, (_, n) => `wm${n}`)) {
    await t.friend(id)
    await t.order(id, { name: '西冷', totalFen: 10_000 })
  }
  await t.until('2026-12-08T10:00')
  // Two versions by lot, a task of the guide for each.
  const promotion = t.sent().filter((one) => one.includes('囤货日'))
  expect(promotion.map((one) => one.includes('我帮您留')).sort()).toEqual([false, true])
  await t.confirm('zhangsan')
  await t.order('wm1', { name: '西冷', totalFen: 20_000 })
  await t.until('2026-12-20T10:00')
  const [run] = await t.rawRows<{ id: number }>("SELECT id FROM send_run WHERE send_name = '每月大促'")
  const effect = await runCommand(sendsProgram, ['effect', String(run?.id)], t)
  expect([effect.code, effect.out]).toEqual([0, expect.stringContaining('对照')])
  expect(effect.out).toContain('帮您留 和 说优惠：人还不够')
  expect((await runCommand(sendsProgram, ['show', String(run?.id)], t)).out).toMatch(/已送达/)
  // A second one within the month is a fault, unless its file says why.
  const files = exampleFiles('frozen-food')
  t.writeConfig({
    'sends/再来一次.yaml': (files['sends/每月大促.yaml'] ?? '')
      .replace('send: 每月大促', 'send: 再来一次')
      .replace('0 10 8', '0 10 18'),
  })
  await t.huoshui.rules.check()
  expect(t.huoshui.rules.faults().map(({ message }) => message)).toContain(
    '28 天里有 2 次「大促」，policy.yaml 最多 1 次',
  )
})

test('frozen food: the live show is announced, begun and followed up, for those who want it (42)', async () => {
  t = await openExample('frozen-food', '2026-12-14T12:00')
  for (const id of ['wm1', 'wm2', 'wm3']) await t.friend(id)
  await t.until('2026-12-15T10:00')
  const tag = [...t.sandbox.world.tags.values()].find(({ name }) => name === '想看直播')?.id ?? ''
  for (const externalUserId of ['wm1', 'wm2'])
    await t.sandbox.editTags({ userId: 'zhangsan', externalUserId, add: [tag] })
  await t.settle()
  await t.until('2026-12-15T19:55')
  await t.order('wm1', { name: '西冷', totalFen: 10_000 })
  await t.until('2026-12-16T10:00')
  await t.beats(8)
  expect(t.sent().map((one) => one.slice(0, 36))).toEqual([
    expect.stringMatching(/^zhangsan → wm1 wm2 wm3: 今晚八点直播/),
    expect.stringMatching(/^zhangsan → wm1 wm2: 开播了/),
    expect.stringMatching(/^zhangsan → wm2: 昨晚没赶上/),
  ])
  expect((await t.tasksAbout('wm1')).map(({ title }) => title)).toContain('谢谢直播下单')
})

test('frozen food: eight days for a first order, not a day longer, and none after it (30)', async () => {
  t = await openExample('frozen-food', '2026-12-01T12:00')
  await t.friend('wm1')
  await t.friend('wm2')
  await t.until('2026-12-01T12:20')
  await t.order('wm1', { name: '西冷', totalFen: 10_000 })
  await t.until('2026-12-05T10:00')
  const asked = async (id: string) =>
    (await t.tasksAbout(id)).flatMap(({ script_id }) => (script_id?.startsWith('first') ? [script_id] : []))
  expect([await asked('wm1'), await asked('wm2')]).toEqual([['first-hello'], ['first-hello', 'first-why']])
  await t.until('2026-12-09T10:00')
  await t.until('2026-12-20T10:00')
  expect((await asked('wm2')).length).toBe(2)
  const ended = await t.rawRows<{ external_userid: string; state: string }>(
    'SELECT external_userid, state FROM sop_entry ORDER BY external_userid',
  )
  expect(ended.every(({ state }) => state !== 'active')).toBe(true)
})

test('frozen food: three friends on the upper levels, one on the others, and only then the present (38)', async () => {
  t = await openExample('frozen-food', '2026-12-01T12:00')
  for (const id of ['wmA', 'wmB']) await t.friend(id)
  await t.order('wmA', { name: '西冷', totalFen: 300_000 })
  const tag = [...t.sandbox.world.tags.values()].find(({ name }) => name === '种子')?.id ?? ''
  for (const externalUserId of ['wmA', 'wmB'])
    await t.sandbox.editTags({ userId: 'zhangsan', externalUserId, add: [tag] })
  await t.settle()
  await t.beats(10)
  expect(
    t
      .sent()
      .map((one) => one.slice(0, 24))
      .sort(),
  ).toEqual([expect.stringMatching(/^zhangsan → wmA: 三位朋友/), expect.stringMatching(/^zhangsan → wmB: 带一位朋友/)])
  for (const id of ['wmA', 'wmB']) await t.profile(id, { 带来几位朋友: 1 })
  for (let look = 0; look < 3; look++) await t.advance(10 * MINUTE_MS)
  expect([(await t.tags('wmA')).includes('已达标'), (await t.tags('wmB')).includes('已达标')]).toEqual([false, true])
  await t.profile('wmA', { 带来几位朋友: 3 })
  for (let look = 0; look < 3; look++) await t.advance(10 * MINUTE_MS)
  expect((await t.tags('wmA')).includes('已达标')).toBe(true)
})

test('frozen food: a coupon for some, some only watched; whoever pays loses the mark of it (40, 45)', async () => {
  t = await openExample('frozen-food', '2026-12-01T12:00')
  const ids = Array.from({ length: 12 }, (_, n) => `wm${n}`)
  for (const id of ids) {
    await t.friend(id)
    await t.order(id, { name: '西冷', totalFen: 10_000 })
  }
  await t.until('2026-12-22T10:00')
  await t.beats(10)
  const given = []
  for (const id of ids) if ((await t.tags(id)).includes('复购券')) given.push(id)
  expect(given.length).toBeGreaterThan(3)
  expect(given.length).toBeLessThan(12)
  const [first = '', second = ''] = given
  await t.order(first, { name: '西冷', totalFen: 20_000 })
  await t.beats(6)
  expect([(await t.tags(first)).includes('复购券'), (await t.tags(first)).includes('复购')]).toEqual([false, true])
  expect((await t.tags(second)).includes('复购券')).toBe(true)
  const uplift = await runCommand(sopProgram, ['uplift', '复购券'], t)
  expect([uplift.code, uplift.out]).toEqual([expect.any(Number), expect.stringContaining('对照')])
})

test('frozen food: a moment for the upper levels, approved by somebody else (43)', async () => {
  t = await openExample('frozen-food', '2026-12-03T12:00')
  await t.friend('wmA')
  await t.order('wmA', { name: '西冷', totalFen: 300_000 })
  await t.until('2026-12-04T10:01')
  const [run] = await t.rawRows<{ id: number; state: string }>('SELECT id, state FROM moment_run')
  expect(run?.state).toBe('awaiting')
  await runCommand(momentsProgram, ['approve', String(run?.id)], t, { operator: 'boss' })
  await t.until('2026-12-05T10:01')
  const [asked] = t.sandbox
    .calls('externalcontact/add_moment_task')
    .map(({ body }) => body as { visible_range?: { external_contact_list?: { tag_list: string[] } } })
  expect(asked?.visible_range?.external_contact_list?.tag_list).toHaveLength(2)
})

test('hotel: guests by what they come for, often by category; the silent are asked, then asked to leave (33)', async () => {
  t = await openExample('hotel', '2026-06-01T12:00')
  await t.group('常住群1')
  for (const id of ['wmStay', 'wmEat', 'wmBack']) await t.friend(id)
  for (let n = 0; n < 3; n++) {
    await t.order('wmStay', { name: '豪华大床房', totalFen: 60_000 })
    await t.order('wmBack', { name: '豪华大床房', totalFen: 60_000 })
    await t.order('wmEat', { name: n < 2 ? '周末自助餐' : '豪华双床房', totalFen: 20_000 })
  }
  const invited = async (id: string) =>
    (await t.tasksAbout(id)).flatMap(({ kind, script_id }) => (kind === 'invite' ? [script_id] : []))
  expect([await invited('wmStay'), await invited('wmEat')]).toEqual([['join-stay'], []])
  for (const externalUserId of ['wmStay', 'wmBack']) await t.sandbox.joinGroup({ externalUserId, chatId: 'wr-常住群1' })
  await t.settle()
  await t.until('2026-08-31T10:00')
  await t.until('2026-09-01T10:00')
  const asked = async (id: string) =>
    (await t.tasksAbout(id)).flatMap(({ script_id }) => (script_id?.startsWith('silent') ? [script_id] : []))
  expect([await asked('wmStay'), await asked('wmBack'), await asked('wmEat')]).toEqual([
    ['silent-ask'],
    ['silent-ask'],
    [],
  ])
  await t.order('wmBack', { name: '豪华大床房', totalFen: 60_000 })
  await t.until('2026-09-14T10:00')
  await t.until('2026-09-15T10:00')
  expect([await asked('wmStay'), await asked('wmBack')]).toEqual([['silent-ask', 'silent-leave'], ['silent-ask']])
})

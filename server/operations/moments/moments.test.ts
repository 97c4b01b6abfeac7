import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, test, vi } from 'vitest'
import { momentsProgram } from '../../cli/moments.ts'
import { createPeopleProgram } from '../../cli/people.ts'
import { set, sql } from '../../core/db/sql.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp, type TestAppOptions } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'
import { cancelMoment } from './cancel-moment.ts'
import { MOMENT_SENDER } from './moment-tables.ts'

const STEAK = `
moment: 周三上新
tags: [口味/西冷]
content: { text: 新到西冷，今天第二件半价 }
at: "2026-11-25 10:00"
`
const CONFIG = {
  'tags.yaml': 'tags:\n  - { group: 口味, names: [西冷, 眼肉] }\n',
  'welcomes/default.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
}

let t: TestApp
afterEach(() => t.close())

/** Wednesday 9:50; wmA (西冷) and wmB (眼肉) at zhangsan, wmC (西冷) at lisi. */
async function open(moments = STEAK, options: TestAppOptions = {}): Promise<void> {
  const config = { ...CONFIG, 'moments/m.yaml': moments, ...(typeof options.config === 'object' ? options.config : {}) }
  t = await buildTestApp({ now: '2026-11-25T09:50:00+08:00', ...options, config })
  if (options.platform !== undefined) return
  await friend('zhangsan', 'wmA', '西冷')
  await friend('zhangsan', 'wmB', '眼肉')
  await friend('lisi', 'wmC', '西冷')
}
async function friend(userId: string, externalUserId: string, name: string): Promise<void> {
  await t.sandbox.scan({ userId, externalUserId, name: externalUserId })
  await t.settle()
  const tag = [...t.sandbox.world.tags.values()].find((one) => one.name === name)
  await t.sandbox.editTags({ userId, externalUserId, add: [tag?.id ?? ''] })
  await t.settle()
}
const wait = async (ms: number, times = 1): Promise<void> => {
  for (let round = 0; round < times; round++) await t.advance(ms)
}
/** It is due at 10:00 and handed out within seconds. */
const untilAsked = async (): Promise<void> => {
  await wait(10 * MINUTE_MS)
  await wait(5 * SECOND_MS, 4)
  await wait(2 * MINUTE_MS)
}
const publish = async (userId: string) => {
  const [moment] = t.sandbox.pendingMoments(userId)
  const found = await t.sandbox.confirmMoment({ momentId: moment?.momentId ?? '', userId })
  return { ...found, momentId: moment?.momentId ?? '' }
}
const touched = () =>
  t.rawRows(
    "SELECT external_userid AS who, userid AS by_whom, about FROM touch WHERE kind = 'moment' ORDER BY external_userid",
  )
const states = async () =>
  (await t.rawRows<{ state: string }>('SELECT state FROM moment_run ORDER BY id')).map(({ state }) => state)
const asked = () => t.sandbox.calls('externalcontact/add_moment_task')
const run = (...words: string[]) => runCommand(momentsProgram, words, t)

test('asked for at its time; to whom it was shown is a touch and on the timeline; likes and comments are told, each once', async () => {
  await open()
  await wait(9 * MINUTE_MS)
  expect(asked()).toHaveLength(0)
  await wait(MINUTE_MS)
  await wait(5 * SECOND_MS, 4)
  await wait(2 * MINUTE_MS)
  const [{ body } = { body: {} }] = asked()
  const steak = [...t.sandbox.world.tags.values()].find((one) => one.name === '西冷')?.id
  expect([asked().length, body]).toEqual([
    1,
    {
      text: { content: '新到西冷，今天第二件半价' },
      visible_range: { external_contact_list: { tag_list: [steak] } },
    },
  ])
  expect(await touched()).toEqual([])

  const { momentId, shown } = await publish('zhangsan')
  expect(shown).toBe(1)
  await wait(6 * MINUTE_MS)
  await wait(MINUTE_MS)
  expect(await touched()).toEqual([{ who: 'wmA', by_whom: 'zhangsan', about: '周三上新' }])
  expect(await t.timelineOf('wmA', 'moment%')).toEqual(['朋友圈「周三上新」展示给了客户（导购张三发表）'])
  expect(await t.timelineOf('wmB', 'moment%')).toEqual([])

  await t.sandbox.likeMoment({ momentId, publisher: 'zhangsan', externalUserId: 'wmA' })
  await t.sandbox.commentMoment({ momentId, publisher: 'zhangsan', externalUserId: 'wmA' })
  await t.sandbox.commentMoment({ momentId, publisher: 'zhangsan' })
  await wait(HOUR_MS, 7)
  expect((await t.timelineOf('wmA', 'moment%')).sort()).toEqual(
    [
      '客户赞了朋友圈「周三上新」',
      '客户评论了朋友圈「周三上新」',
      '朋友圈「周三上新」展示给了客户（导购张三发表）',
    ].sort(),
  )
  expect(await touched()).toHaveLength(1)
  expect((await run('show', '1')).out).toContain('张三（zhangsan）：2026-11-25')
  expect((await run('list')).out).toContain(
    '#1  2026-11-25 10:00  「周三上新」  等导购发表：1/2 位导购已发表，展示给客户 1 人次，赞 1，评论 1',
  )
  await wait(DAY_MS, 8)
  expect(await states()).toEqual(['finished'])
  expect(asked()).toHaveLength(1)
})

test('a send after it counts the moment against the ceiling, beside the welcome, and leaves out only whoever saw it', async () => {
  await open(STEAK, {
    config: {
      'policy.yaml': 'contactsPerCustomer: { most: 2, days: 7 }\n',
      'sends/s.yaml': 'send: 周四\naudience: { follow.active: true }\ncontent: { text: 早 }\nat: "2026-12-01 10:00"\n',
    },
  })
  t.clock.set(Date.parse('2026-11-25T10:00:00+08:00'))
  await wait(5 * SECOND_MS, 4)
  await wait(2 * MINUTE_MS)
  await publish('lisi')
  await wait(6 * MINUTE_MS)
  await wait(MINUTE_MS)
  t.clock.set(Date.parse('2026-12-01T10:00:00+08:00'))
  await wait(10 * SECOND_MS, 2)
  const rows = await t.rawRows<{ external_userid: string; outcome: string }>(
    'SELECT external_userid, outcome FROM send_recipient ORDER BY external_userid',
  )
  expect(rows.map((row) => `${row.external_userid} ${row.outcome}`)).toEqual([
    'wmA planned',
    'wmB planned',
    'wmC excluded',
  ])
})

test('moments cancel: who has not published cannot any more, what was published stays and is followed; twice is once', async () => {
  await open()
  await untilAsked()
  await publish('lisi')
  await wait(5 * MINUTE_MS)
  await wait(MINUTE_MS)
  expect(await run('cancel', '1')).toEqual({
    code: 0,
    out: '#1「周三上新」已取消：服务几秒内会请企业微信停止发表。1 位导购已经发表的收不回来，要删由导购自己在企业微信里删。',
    err: '',
  })
  await wait(3 * SECOND_MS, 3)
  expect(t.sandbox.pendingMoments('zhangsan')).toEqual([])
  expect(await run('cancel', '1')).toMatchObject({ code: 1, err: '#1「周三上新」已取消，没有可以取消的。' })
  await wait(HOUR_MS, 2)
  expect(t.sandbox.calls('externalcontact/cancel_moment_task')).toHaveLength(1)
  expect([await touched(), await states()]).toEqual([
    [{ who: 'wmC', by_whom: 'lisi', about: '周三上新' }],
    ['cancelled'],
  ])
})

test.each([
  ['the file is deleted', () => rmSync(join(t.configDir, 'moments/m.yaml'))],
  ['enabled: false', () => t.writeConfig({ 'moments/m.yaml': `${STEAK}enabled: false\n` })],
])('%s: nobody publishes it any more', async (_what, change) => {
  await open()
  await untilAsked()
  expect(t.sandbox.pendingMoments('zhangsan')).toHaveLength(1)
  change()
  await t.huoshui.rules.check()
  await wait(10 * SECOND_MS, 4)
  expect([t.sandbox.pendingMoments('zhangsan'), await states()]).toEqual([[], ['cancelled']])
})

test('with approval nothing is asked before a second person says yes, and without one in time nothing at all', async () => {
  await open(`${STEAK}approval: 2h\n---\n${STEAK.replace('周三上新', '没人批')}approval: 2h\n`)
  await wait(5 * SECOND_MS, 2)
  expect(await states()).toEqual(['awaiting', 'awaiting'])
  expect(await run('approve', '1')).toMatchObject({ code: 0 })
  expect(await run('approve', '1')).toMatchObject({ code: 1 })
  await wait(5 * SECOND_MS, 2)
  expect(asked()).toHaveLength(0)
  await wait(10 * MINUTE_MS)
  await wait(5 * SECOND_MS, 3)
  expect(asked()).toHaveLength(1)
  await wait(2 * HOUR_MS)
  await wait(5 * SECOND_MS)
  expect(await states()).toEqual(['running', 'cancelled'])
  expect(asked()).toHaveLength(1)
})

it('guides who publish by themselves do so at their time; the fifth moment of a month is shown to nobody, as told before', async () => {
  const five = ['20', '21', '22', '23', '24'].map(
    (day) => `moment: 第${day}\ntags: [口味/西冷]\ncontent: { text: 早 ${day} }\nat: "2026-11-${day} 10:00"\n`,
  )
  await open(five.join('---\n'), { now: '2026-11-19T09:50:00+08:00' })
  t.sandbox.setMoods({ publishShare: 1, publishAfterMs: 10 * MINUTE_MS })
  for (const day of ['20', '21', '22', '23']) {
    t.clock.set(Date.parse(`2026-11-${day}T10:00:00+08:00`))
    await wait(5 * SECOND_MS, 4)
    await wait(10 * MINUTE_MS, 4)
  }
  expect(await touched()).toHaveLength(8)
  expect((await run('preview', '第24')).out).toBe(
    '「第24」现在发：请 2 位导购发表；都发表了，最多 2 位客户看得到（有 口味/西冷 之一的）。\n其中 2 位这个月已经看过 4 条企业朋友圈，企业微信不再展示给他们。',
  )
  t.clock.set(Date.parse('2026-11-24T10:00:00+08:00'))
  await wait(5 * SECOND_MS, 4)
  await wait(10 * MINUTE_MS, 4)
  expect(await touched()).toHaveLength(8)
})

test('pictures are uploaded as moments want them; whoever opted out sees it, and is told of before', async () => {
  const picture = readFileSync('config/assets/send/wednesday.png')
  await open(
    'moment: 上新\nguides: [zhangsan]\ncontent: { attachments: [{ image: a.png }] }\nat: "2026-11-25 10:00"\n',
    { config: { 'assets/a.png': picture } },
  )
  const refused = { externalUserId: 'wmA', kind: 'marketing', scope: '', state: 'refused', source: 'guide' } as const
  await t.db.tx((tx) => t.huoshui.privacy.consents.record(tx, refused))
  expect((await run('preview', '上新')).out).toBe(
    '「上新」现在发：请 1 位导购发表；都发表了，最多 2 位客户看得到（他们的全部客户）。\n企业微信的朋友圈只能按标签选人，不能单独去掉谁：退订了营销的 1 位也会看到。要避开他们，用一个他们没有的标签。',
  )
  await untilAsked()
  expect(asked()).toMatchObject([
    { body: { attachments: [{ msgtype: 'image' }], visible_range: { sender_list: { user_list: ['zhangsan'] } } } },
  ])
  expect([t.sandbox.pendingMoments('zhangsan').length, t.sandbox.pendingMoments('lisi').length]).toEqual([1, 0])
})

test('a video lies in the library of moments, apart from that of scripts, and is alone', async () => {
  const film = Buffer.concat([Buffer.from('0000001c66747970', 'hex'), Buffer.from('isom how to fry')])
  await open(
    'moment: 上新\nguides: [zhangsan]\ncontent: { text: 看, attachments: [{ video: fry.mp4 }] }\nat: "2026-11-25 10:00"\n',
    { config: { 'assets/fry.mp4': film } },
  )
  await untilAsked()
  const [held] = [...t.sandbox.world.media].filter(([, one]) => one.type === 'video')
  expect(held?.[1]).toMatchObject({ attachmentType: 1, bytes: film })
  expect(asked()).toMatchObject([{ body: { attachments: [{ msgtype: 'video', video: { media_id: held?.[0] } }] } }])
  expect(t.sandbox.pendingMoments('zhangsan')).toHaveLength(1)
})

test('two processes on one database, and a look that is repeated from its beginning: nothing is made or counted twice', async () => {
  await open()
  const first = t
  const platform = { sandbox: first.sandbox, clock: first.clock }
  const second = await buildTestApp({
    config: { ...CONFIG, 'moments/m.yaml': STEAK },
    databaseUrl: first.databaseUrl,
    platform,
  })
  const both = async (ms: number, times = 1): Promise<void> => {
    for (let round = 0; round < times; round++) {
      first.clock.advance(ms)
      await Promise.all([first.settle(), second.settle()])
    }
  }
  await both(10 * MINUTE_MS)
  await both(5 * SECOND_MS, 4)
  await both(2 * MINUTE_MS)
  await publish('zhangsan')
  await both(6 * MINUTE_MS)
  await both(MINUTE_MS)
  await second.close()
  await t.db.tx((tx) => tx.run(sql`UPDATE ${MOMENT_SENDER} SET ${set(MOMENT_SENDER, { poll_at: 1, polls: 0 })}`))
  await wait(MINUTE_MS)
  expect([asked().length, await touched()]).toEqual([1, [{ who: 'wmA', by_whom: 'zhangsan', about: '周三上新' }]])
  expect(await t.timelineOf('wmA', 'moment%')).toHaveLength(1)
})

const looks = () => t.rawRows('SELECT polls, CASE WHEN poll_at IS NULL THEN 0 ELSE 1 END AS goes_on FROM moment_sender')
/** Shown to wmA, and looked at once. */
const published = async () => {
  await untilAsked()
  const found = await publish('zhangsan')
  await wait(6 * MINUTE_MS)
  await wait(MINUTE_MS)
  return found
}

test('WeCom out of reach for hours: looks that fail are not looks; only a week later they end', async () => {
  await open(STEAK.replace('tags: [口味/西冷]', 'guides: [zhangsan]\ntags: [口味/西冷]'))
  const fails = () => t.sandbox.faults.set({ path: 'externalcontact/get_moment_send_result', http: 502 })
  fails()
  await published()
  await wait(10 * MINUTE_MS, 30)
  expect([await touched(), await looks()]).toEqual([[], [{ polls: 0, goes_on: 1 }]])
  t.sandbox.faults.clear()
  await wait(10 * MINUTE_MS, 2)
  expect([(await touched()).length, await looks()]).toEqual([1, [{ polls: 1, goes_on: 1 }]])
  fails()
  await wait(DAY_MS / 2, 13)
  expect(await looks()).toEqual([{ polls: 1, goes_on: 1 }])
  await wait(DAY_MS / 2, 4)
  expect(await looks()).toEqual([{ polls: 1, goes_on: 0 }])
})

test('who was erased between two looks is not written back, nor anybody unknown; what they do once they are back is', async () => {
  await open()
  const { momentId } = await published()
  expect(await touched()).toHaveLength(1)
  const people = createPeopleProgram({ pause: async () => undefined })
  const env = { ORDERS_SECRET: t.sandbox.credentials.ordersSecret, DATABASE_URL: t.databaseUrl }
  expect(await runCommand(people, ['erase', 'wmA', '--yes', '--still-there'], { ...t, env })).toMatchObject({ code: 0 })
  const task = t.sandbox.world.moments.byId.get(momentId)?.tasks.get('zhangsan')
  task?.shownTo.push('wmUnknown')
  await t.sandbox.likeMoment({ momentId, publisher: 'zhangsan', externalUserId: 'wmA' })
  const written = async () => [
    await touched(),
    await t.timelineOf('wmA', 'moment%'),
    await t.timelineOf('wmUnknown', 'moment%'),
  ]
  await wait(HOUR_MS, 2)
  expect(await written()).toEqual([[], [], []])

  await wait(HOUR_MS)
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wmA', name: 'wmA' })
  await t.settle()
  expect(await t.rawRows("SELECT external_userid FROM customer WHERE external_userid = 'wmA'")).toHaveLength(1)
  await t.sandbox.commentMoment({ momentId, publisher: 'zhangsan', externalUserId: 'wmA' })
  await wait(HOUR_MS, 6)
  expect(await written()).toMatchObject([[], expect.arrayContaining(['客户评论了朋友圈「周三上新」']), []])
  expect(await t.timelineOf('wmA', 'moment.shown')).toEqual([])
})

const takenBack = () => t.sandbox.calls('externalcontact/cancel_moment_task')
/** Cancelled while WeCom is being asked, behind the back of who asks. */
const cancelDuring = (call: 'tasks' | 'createResult', error?: Error): void => {
  const { moments } = t.huoshui.wecom
  const real = moments[call] as (asked: unknown) => Promise<never>
  vi.spyOn(moments, call).mockImplementationOnce(async (asked: unknown) => {
    await t.db.tx((tx) => cancelMoment(tx, 1, { nowMs: t.clock.now() + 1, why: '已由人取消' }))
    if (error !== undefined) throw error
    return real(asked)
  })
}

test.each([
  ['while guides are asked for', 0, undefined],
  ['while they cannot be asked for', 0, new Error('no answer')],
  ['at the last time', 28, undefined],
])('cancelled %s: it is taken back at once', async (_what, quarters, error) => {
  await open()
  await untilAsked()
  await wait(6 * HOUR_MS, quarters - 1)
  cancelDuring('tasks', error)
  await wait(quarters === 0 ? 5 * MINUTE_MS : 6 * HOUR_MS)
  await wait(SECOND_MS, 3)
  expect([takenBack().length, await states()]).toEqual([1, ['cancelled']])
})

test('cancelled while WeCom has forgotten the job: it stays cancelled', async () => {
  await open()
  t.sandbox.faults.set({ path: 'externalcontact/get_moment_task_result', errcode: 40_089 })
  await wait(10 * MINUTE_MS)
  cancelDuring('createResult')
  await wait(5 * SECOND_MS, 4)
  expect(await states()).toEqual(['cancelled'])
})

test('cancelled while the job ends: it is taken back once its name is known', async () => {
  await open()
  await wait(10 * MINUTE_MS)
  cancelDuring('createResult')
  await wait(5 * SECOND_MS, 4)
  expect([takenBack().length, await states()]).toEqual([1, ['cancelled']])
})

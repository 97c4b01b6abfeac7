import { afterEach, expect, test } from 'vitest'
import { sendsProgram } from '../../cli/sends.ts'
import { sql } from '../../core/db/sql.ts'
import { drawPoint } from '../../core/kernel/draw.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { runCommand } from '../../testing/run-command.ts'
import { armOf } from './pick-variant.ts'
import { openSendScene, type SendScene, type SendSceneOptions, WELFARE_DAY } from './testing/send-scene.ts'

/* One send with several versions: who gets which, as tasks of its guides, and what each version brings. */

const opened: SendScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})
async function open(options: SendSceneOptions = {}): Promise<SendScene> {
  const scene = await openSendScene(options)
  opened.push(scene)
  return scene
}

const HEAD = 'send: 大促\naudience: { follow.active: true }\nat: "2026-11-25 10:00"\n'
const CHOOSE = `${HEAD}content:
  choose:
    - { variant: 老客, when: { orders.paid.count: { gte: 1 } }, text: "老朋友，这次有您的专属价。——{导购名}" }
    - otherwise: { text: "第一次来，先尝一份。——{导购名}" }
`
const split = (more = '', weights = [50, 50]): string => `${HEAD}${more}content:
  split:
    arms:
      - { arm: 短, weight: ${weights[0]}, text: 今天八折 }
      - { arm: 长, weight: ${weights[1]}, text: 今天八折，挑好了发我，我帮您留 }
`
const SPLIT = split()
const ARMS = { of: [{ weight: 50 }, { weight: 50 }].map((one, nth) => ({ ...one, name: `${nth}`, content: {} })) }
const armNumber = (id: string, key = '大促'): number => armOf(`split:send:${key}`, id, ARMS)
const PEOPLE = Array.from({ length: 14 }, (_, n) => `wm${n}`)
const [short, long] = [0, 1].map((nth) => PEOPLE.filter((id) => armNumber(id) === nth)) as [string[], string[]]

async function buy(t: SendScene, externalUserId: string, paidAt: string, totalFen = 10_000): Promise<void> {
  await t.sandbox.order({ orderId: `o-${externalUserId}-${paidAt}`, externalUserId, totalFen, paidAt, status: 'paid' })
  await t.settle()
}
const cli = (t: SendScene, ...words: string[]) => runCommand(sendsProgram, words, t)
async function beats(t: SendScene, times: number): Promise<void> {
  for (let round = 0; round < times; round++) await t.advance(MINUTE_MS)
}
/** `sender: text: customers` of every task. */
const tasksOf = (t: SendScene): string[] =>
  t
    .created()
    .map((line, nth) => `${line} | ${t.texts()[nth] ?? ''}`)
    .sort()

test('by condition: a task for each guide and version, and each reads the version that is theirs', async () => {
  const t = await open({ sends: CHOOSE })
  await t.befriend('zhangsan', 'wmA', 'wmB', 'wmC')
  await t.befriend('lisi', 'wmD')
  for (const id of ['wmA', 'wmC']) await buy(t, id, '2026-11-20T10:00:00+08:00')
  const plan = await cli(t, 'plan', '大促')
  expect(plan.out).toContain(
    '按版本（每位导购每一版确认一次，一共 3 条群发）：\n  「老客」：2 位，1 条群发\n  「其余」：2 位，2 条群发',
  )
  expect((await cli(t, 'preview', '大促', 'wmA')).out).toMatch(
    /^「大促」的「老客」版由 张三（zhangsan） 发：\n\n老朋友，这次有您的专属价。——张三/,
  )
  expect((await cli(t, 'preview', '大促', 'wmD')).out).toContain(
    '「其余」版由 李四（lisi） 发：\n\n第一次来，先尝一份。——李四',
  )
  await beats(t, 2)
  expect(tasksOf(t)).toEqual([
    'lisi: wmD | 第一次来，先尝一份。——李四',
    'zhangsan: wmA wmC | 老朋友，这次有您的专属价。——张三',
    'zhangsan: wmB | 第一次来，先尝一份。——张三',
  ])
  await t.confirmAll('zhangsan')
  await beats(t, 6)
  expect(await t.outcomes()).toEqual(['wmA sent', 'wmB sent', 'wmC sent', 'wmD planned'])
  expect(await t.timeline('wmA')).toEqual(['群发「大促」的「老客」版已送达（导购张三确认）'])
  expect(await t.timeline('wmB')).toEqual(['群发「大促」的「其余」版已送达（导购张三确认）'])
  await buy(t, 'wmA', '2026-11-25T12:00:00+08:00', 8_800)
  const show = (await cli(t, 'show', '1')).out.split('\n')
  expect(show.slice(show.indexOf('各版（按条件分的，各版的人不一样，不能互相比）：')).slice(0, 3)).toEqual([
    '各版（按条件分的，各版的人不一样，不能互相比）：',
    '  「老客」：该发 2，送达 2；点了链接 0 位，7 天内下单 1 位、88.00 元',
    '  「其余」：该发 2，送达 1，等待 1；点了链接 0 位，7 天内下单 0 位、0.00 元',
  ])
  expect(show).toContain('  张三（zhangsan）  「老客」版  2 位  已结束：已送达 2')
  expect((await cli(t, 'list')).out).toContain('各版：「老客」该发 2，送达 2；「其余」该发 2，送达 1，等待 1')
  const effect = await cli(t, 'effect', '1')
  expect([effect.code, effect.err]).toEqual([1, expect.stringContaining('没有对照组')])
})

test('by lot beside a hold-out: who gets which is drawn, and after the days the versions are compared', async () => {
  const t = await open({ sends: split('holdOut: { percent: 20, days: 3 }\n') })
  await t.befriend('zhangsan', ...PEOPLE)
  await beats(t, 2)
  const isHeldOut = (id: string): boolean => drawPoint('send:大促', id) * 100 < 20
  const gets = (ids: readonly string[]): string[] => ids.filter((id) => !isHeldOut(id))
  expect(PEOPLE.some(isHeldOut) && gets(short).length > 1 && gets(long).length > 1).toBe(true)
  const inOrder = (ids: readonly string[]): string => [...ids].sort().join(' ')
  expect(tasksOf(t).map((line) => inOrder((line.split(' | ')[0] ?? '').replace('zhangsan: ', '').split(' ')))).toEqual(
    expect.arrayContaining([inOrder(gets(short)), inOrder(gets(long))]),
  )
  await t.confirmAll('zhangsan')
  await beats(t, 6)
  expect((await cli(t, 'effect', '1')).out).toContain('3 天到 2026-11-28 10:00 才过完，先不比')
  await buy(t, gets(short)[0] ?? '', '2026-11-25T12:00:00+08:00')
  await buy(t, gets(long)[0] ?? '', '2026-11-29T12:00:00+08:00')
  t.clock.advance(3 * DAY_MS)
  const { out } = await cli(t, 'effect', '1')
  expect(out).toContain(`  短  分到 ${gets(short).length} 人，满期限 ${gets(short).length} 人，达成 1 人`)
  expect(out).toContain(`  长  分到 ${gets(long).length} 人，满期限 ${gets(long).length} 人，达成 0 人`)
  expect(out).toMatch(/ {2}长 和 短：人还不够，先不判断（各组合计要有 \d+ 人满期限，再等 \d+ 人）。/)
  expect(out).toMatch(/ {2}短 和 对照组：人还不够/)
  expect(out).toMatch(/ {2}群发的人 和 对照组：人还不够/)
  expect((await cli(t, 'show', '1')).out).toContain('各版（抽签分的；哪一版好：npm run -s sends -- effect 1）：')
})

test('without a hold-out the versions are compared all the same, for seven days or as many as are written', async () => {
  const t = await open({ sends: SPLIT.replace('split:\n', 'split:\n    days: 2\n') })
  await t.befriend('zhangsan', ...PEOPLE)
  await beats(t, 2)
  t.clock.advance(2 * DAY_MS)
  const { out } = await cli(t, 'effect', '1')
  expect(out).toContain('#1「大促」按抽签分了几版，比较发出后 2 天里有没有下单')
  expect(out).toMatch(/ {2}长 和 短：/)
  expect(out).not.toContain('对照组')
})

test('under another name each keeps their version', async () => {
  const daily = SPLIT.replace('at: "2026-11-25 10:00"', 'cron: "0 10 * * *"')
  const t = await open({ sends: daily })
  await t.befriend('zhangsan', ...PEOPLE)
  await beats(t, 2)
  const first = t.texts()
  t.writeConfig({ 'sends/sends.yaml': daily.replace('send: 大促', 'send: 年末大促\nwas: 大促') })
  await t.huoshui.rules.check()
  await beats(t, 1)
  t.clock.set(Date.parse('2026-11-26T10:00:00+08:00'))
  await beats(t, 2)
  // By the new name some would have drawn otherwise.
  expect(PEOPLE.some((id) => armNumber(id) !== armNumber(id, '年末大促'))).toBe(true)
  const [before, after] = [t.created().slice(0, first.length), t.created().slice(first.length)]
  expect([...after].sort()).toEqual([...before].sort())
})

test('what was approved is what goes out: whoever buys meanwhile keeps the version that was looked at', async () => {
  const t = await open()
  await t.befriend('zhangsan', 'wmA', 'wmB')
  await buy(t, 'wmA', '2026-11-20T10:00:00+08:00')
  const later = CHOOSE.replace('at: "2026-11-25 10:00"', 'at: "2026-11-26 10:00"\napproval: 3d')
  t.writeConfig({ 'sends/sends.yaml': later })
  await t.huoshui.rules.check()
  await beats(t, 2)
  await buy(t, 'wmB', '2026-11-25T10:00:00+08:00')
  expect((await runCommand(sendsProgram, ['approve', '1'], t, { operator: '孙经理' })).code).toBe(0)
  await beats(t, 2)
  t.clock.set(Date.parse('2026-11-26T10:00:00+08:00'))
  await beats(t, 3)
  expect(tasksOf(t)).toEqual([
    'zhangsan: wmA | 老朋友，这次有您的专属价。——张三',
    'zhangsan: wmB | 第一次来，先尝一份。——张三',
  ])
})

test('one guide has several tasks: the pane counts them and the send, cancelling takes all back, and counts one guide', async () => {
  const t = await open({ sends: SPLIT, config: { 'policy.yaml': 'tasksPerGuidePerDay: 5\n' } })
  await t.befriend('zhangsan', ...PEOPLE)
  await beats(t, 2)
  const unfinished = await t.db.tx((tx) => t.huoshui.massSend.queries.unfinishedByGuide(tx))
  expect(unfinished).toEqual([{ userId: 'zhangsan', tasks: 2, sends: 1, customers: PEOPLE.length, groups: 0 }])
  expect(await t.rawRows('SELECT opened FROM task_day')).toEqual([{ opened: 2 }])
  expect((await cli(t, 'cancel', '大促')).out).toContain('；1 位导购手里的群发，服务几秒内会请企业微信撤回')
  await beats(t, 3)
  expect(t.sandbox.pendingMassSends('zhangsan')).toEqual([])
  expect(await t.rawRows('SELECT opened FROM task_day')).toEqual([{ opened: 0 }])
})

test('of each version as many tasks as WeCom needs, and none mixes two', async () => {
  const t = await open({ sends: SPLIT })
  await t.befriend('zhangsan', ...PEOPLE)
  await beats(t, 2)
  const rows = await t.rawRows<{ chunk: number; variant: string; size: number }>(
    'SELECT chunk, variant, size FROM send_batch ORDER BY variant',
  )
  expect(rows.map(({ variant, size }) => `${variant} ${size}`)).toEqual(
    [`短 ${short.length}`, `长 ${long.length}`].sort(),
  )
  expect(rows.map(({ chunk }) => chunk).sort()).toEqual([1, 2])
})

test('try: these members read every version, or the one that is asked for', async () => {
  const t = await open({ sends: SPLIT })
  const all = await cli(t, 'try', '大促', '张三')
  expect(all.out).toBe('「大促」的 2 版的正文会分 2 条发给 张三（zhangsan），附件只写名字；客户什么都收不到。')
  await beats(t, 1)
  const told = () =>
    t.sandbox.calls('message/send').map(({ body }) => (body as { text: { content: string } }).text.content)
  expect(told().sort()).toEqual([
    '【试发】群发「大促」的「短」版，只有您看得到：\n今天八折（11-25 09:59）',
    '【试发】群发「大促」的「长」版，只有您看得到：\n今天八折，挑好了发我，我帮您留（11-25 09:59）',
  ])
  t.clock.advance(MINUTE_MS)
  await cli(t, 'try', '大促', '李四', '长')
  await beats(t, 1)
  expect(told()).toHaveLength(3)
  expect((await cli(t, 'try', '大促', '李四', '中')).err).toBe('「大促」没有「中」这一版，有：短、长。')
})

test('a task that the release before made of a send with versions says nothing to anybody', async () => {
  const t = await open({ sends: CHOOSE })
  await t.befriend('zhangsan', 'wmA')
  const { tx } = t.db
  // It knows of no versions, and so writes none.
  Object.assign(t.db, {
    tx: (work: Parameters<typeof tx>[0]) =>
      tx(async (inside) => {
        const done = await work(inside)
        await inside.run(sql`UPDATE send_batch SET variant = NULL WHERE state = 'planned'`)
        return done
      }),
  })
  await beats(t, 3)
  expect(t.created()).toEqual([])
  expect(await t.outcomes()).toEqual(['wmA failed'])
})

test('a send without versions is as it was: one task, no version anywhere', async () => {
  const t = await open({ sends: WELFARE_DAY })
  await t.befriend('zhangsan', 'wmA', 'wmB')
  await beats(t, 2)
  expect(t.created()).toEqual(['zhangsan: wmA wmB'])
  expect(await t.rawRows('SELECT variant FROM send_batch')).toEqual([{ variant: null }])
  const [run] = await t.rawRows<{ rule_json: string }>('SELECT rule_json FROM send_run')
  expect(run?.rule_json).not.toContain('variant')
  expect((await cli(t, 'show', '1')).out).not.toContain('版')
})

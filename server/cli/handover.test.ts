import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { type HandoverScene, openHandoverScene } from '../operations/handover/testing/handover-scene.ts'
import { runCommand } from '../testing/run-command.ts'
import { handoverProgram } from './handover.ts'

let scene: HandoverScene
beforeEach(async () => {
  scene = await openHandoverScene()
})
afterEach(() => scene.close())

const run = async (line: string) => {
  const outcome = await runCommand(handoverProgram, line.split(' '), scene)
  await scene.settle()
  return outcome
}

test('plan says who moves to whom, who not and why, the calls and the time it takes, and neither writes nor sends', async () => {
  await scene.befriend('zhangsan', 'wmA', 'wmB', 'wmC', 'wmD')
  await scene.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wmB' })
  await scene.sandbox.createGroup({ name: '科普群', ownerUserId: 'zhangsan' })
  await scene.settle()
  await scene.start({ limit: 1, what: 'customers' })
  const before = scene.sandbox.calls().length
  const { code, out } = await run('plan --from zhangsan --to lisi,wangwu')
  expect(out.split('\n')).toEqual([
    '从张三（zhangsan）转出（在职，走在职继承）',
    '能转：客户 2 位（调用 2 次），群 1 个（调用 1 次）',
    '  李四（lisi）：现有 1 位，接 1 位',
    '  王五（wangwu）：现有 0 位，接 1 位',
    '  李四（lisi）：接 1 个群',
    '不能转：',
    '  已经在转接中：1 位，如 A（wmA）',
    '  客户已经删除了原导购，不是好友，不能转接：1 位，如 B（wmB）',
    '预计 2 秒内发起；客户 24 小时内可以拒绝，不拒绝就自动完成。最迟 2026-11-23 10:01 全部完成。',
    '（只是预演，什么都没有写，什么都没有发）',
  ])
  expect(code).toBe(0)
  const csv = await run('plan --from zhangsan --to lisi,wangwu --csv')
  expect(csv.out).toContain('"wmB","B","","客户已经删除了原导购')
  expect(await scene.rawRows('SELECT COUNT(*) AS runs FROM handover')).toEqual([{ runs: 1 }])
  expect(scene.sandbox.calls()).toHaveLength(before)
})

test('plan foresees what WeCom would refuse: two moves in 90 days, and a full new guide', async () => {
  await scene.befriend('zhangsan', 'wmA')
  for (const [from, to] of [
    ['zhangsan', 'lisi'],
    ['lisi', 'zhangsan'],
  ]) {
    await scene.start({ fromUserId: from ?? '', toUserIds: [to ?? ''], what: 'customers' })
    await scene.advance(DAY_MS)
    await scene.advance(2 * MINUTE_MS)
  }
  const blocked = '  90 天内已转接 2 次，2027-02-21 起可再转：1 位，如 A（wmA）'
  expect((await run('plan --from zhangsan --to wangwu')).out).toContain(blocked)
  const twice = scene.sandbox.calls('externalcontact/transfer_customer').length
  expect((await run('start --from zhangsan --to wangwu')).code).toBe(1)
  expect(scene.sandbox.calls('externalcontact/transfer_customer')).toHaveLength(twice)
  await scene.befriend('zhangsan', 'wmB', 'wmC')
  expect((await run('plan --from zhangsan --to wangwu --most 1')).out).toContain(
    '  接手导购的客户数到上限了：1 位，如 C（wmC）',
  )
})

test('customers are given by tag and by channel, the rest by --to; only those chosen move', async () => {
  await scene.befriend('zhangsan', 'wmA')
  await scene.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmB', state: 'live' })
  await scene.settle()
  await scene.settle()
  expect((await run('plan --from zhangsan --give tag:来源/包裹卡=lisi --give channel:直播间=wangwu')).out).toContain(
    '  李四（lisi）：现有 0 位，接 1 位\n  王五（wangwu）：现有 0 位，接 1 位',
  )
  expect((await run('start --from zhangsan --to wangwu --channel 直播间')).code).toBe(0)
  expect(await scene.states()).toMatchObject([{ external_userid: 'wmB', to_userid: 'wangwu', state: 'waiting' }])
})

test('start and status: the number, the progress, and in the end why some stayed', async () => {
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  const { code, out } = await run('start --from zhangsan --to lisi --message 以后由李四为您服务')
  expect([code, out.split('\n').at(-1)]).toEqual([
    0,
    '已写下，编号 #1；运行中的服务会马上发起。查看进度：npm run -s handover -- status 1',
  ])
  expect((await run('status 1')).out.split('\n')).toEqual([
    '#1  2026-11-22 10:01  从张三（zhangsan）（在职）  客户：等待客户确认 2  群：无',
    '  转给李四（lisi）：等待客户确认 2',
    '等待中的最迟 2026-11-23 10:01 自动完成。',
  ])
  await scene.sandbox.refuseTransfer({ externalUserId: 'wmB' })
  await scene.advance(DAY_MS)
  expect((await run('status 1')).out.split('\n')).toEqual([
    '#1  2026-11-22 10:01  从张三（zhangsan）（在职）  客户：已完成 1，客户拒绝 1  群：无',
    '  转给李四（lisi）：已完成 1，客户拒绝 1',
    '没有转成的原因：',
    '  客户拒绝了：1，如 wmB',
  ])
  expect((await run('status')).out).toContain('#1  2026-11-22 10:01')
  expect((await run('status --csv')).out).toContain('1","2026-11-22 10:01","张三","在职","2","0"')
  expect((await run('status 1 --csv')).out).toContain('"李四","已完成","1"')
})

test('unassigned: who left, how many customers wait, and who could take them', async () => {
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  await scene.befriend('lisi', 'wmC')
  expect((await run('unassigned')).out).toBe('没有待分配的客户。')
  await scene.sandbox.removeStaff({ userId: 'zhangsan' })
  await scene.settle()
  await scene.settle()
  expect((await run('unassigned')).out.split('\n')).toEqual([
    '离职成员待分配的客户：',
    '  张三（zhangsan）：2 位待分配，2026-11-22 离职',
    '建议分给客户最少的导购：王五（wangwu）、李四（lisi）。先预演：',
    '  npm run -s handover -- plan --from zhangsan --to wangwu,lisi',
  ])
  expect((await run('unassigned --csv')).out).toContain('"张三","zhangsan","2","2026-11-22')
})

test('members by their names as well; shares by tag need no --to, groups do', async () => {
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  const { out } = await run('plan --from 张三 --to 李四，王五 --most 50 --limit 1 --json')
  expect(JSON.parse(out).request).toMatchObject({
    fromUserId: 'zhangsan',
    toUserIds: ['lisi', 'wangwu'],
    what: 'customers',
    mostCustomers: 50,
    limit: 1,
  })
  const asked = async (line: string) => JSON.parse((await run(`${line} --json`)).out).request
  expect(await asked('plan --from 张三 --to lisi')).toMatchObject({ what: 'all', mostCustomers: 5_000 })
  expect(await asked('plan --from 张三 --to lisi --what groups')).toMatchObject({ what: 'groups' })
  expect(await asked('plan --from 张三 --give tag:来源/包裹卡=李四 --channel 直播间')).toMatchObject({
    assignments: [{ by: 'tag', value: '来源/包裹卡', toUserId: 'lisi' }],
    channels: ['直播间'],
    what: 'customers',
  })
})

test.each([
  ['move', '没有「move」这个命令。'],
  ['plan --to lisi', '没有写 --from <成员>。'],
  ['plan --from zhangsan', '要用 --to 或 --give 写明转给谁。'],
  [
    'plan --from zhangsan --what all --give channel:x=lisi',
    '群要转给谁请用 --to 写明；只转客户请加 --what customers。',
  ],
  ['plan --from zhangsan --to lisi --limit 0', '--limit 要写整数（1 或更多），不是「0」。'],
  [
    'plan --from zhangsan --give 厚切=lisi',
    '--give 厚切=lisi 读不懂，写法如 --give tag:口味/厚切=林小雨 或 --give channel:直播间=陈浩。',
  ],
  ['plan --from zhangsan --to lisi --force', '不认识 --force。'],
  [`start --from zhangsan --to lisi --message ${'长'.repeat(201)}`, '--message 最多 200 个字。'],
])('%s is wrong use', async (line, message) => {
  const { code, err } = await run(line)
  expect([code, err.split('\n')[0]]).toEqual([2, message])
})

test('members whom nobody knows, and numbers that nothing has, are told with who may be meant', async () => {
  expect(await run('status 7')).toEqual({ code: 1, out: '', err: '没有编号 7 的转接，先用 status 查。' })
  expect(await run('plan --from nobody --to lisi')).toMatchObject({
    code: 1,
    err: '没有姓名或账号是「nobody」的成员，核对姓名或账号（userid）。',
  })
  expect(await run('start --from zhangsan --to 李思')).toMatchObject({
    code: 1,
    err: '没有姓名或账号是「李思」的成员，是不是 李四（lisi）？',
  })
  expect((await run('plan --from zhangsan --to zhangsan')).err).toBe('接手人不能是张三自己')
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { migrations } from '../../../migrations/index.ts'
import { createDb } from '../../core/db/db.ts'
import { raw } from '../../core/db/sql.ts'
import { DAY_MS, HOUR_MS } from '../../core/kernel/shanghai.ts'
import { PREPARED_MEDIA } from '../../records/media/media-tables.ts'
import { createTestDatabase } from '../../testing/test-database.ts'
import { rules } from './checks/rules.ts'
import { createPatient } from './doctor-context.ts'
import { findingsOf, openDoctor, type TestDoctor } from './testing/open-doctor.ts'

let t: TestDoctor
let folder: string
beforeEach(async () => {
  t = await openDoctor()
  folder = mkdtempSync(join(tmpdir(), 'huoshui-doctor-'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await t.close()
})

const run = (sql: string, params: (string | number)[] = []) => t.db.tx((tx) => tx.run(raw(sql, params)))

it('with everything right, the database passes, and no trace of the trial is left', async () => {
  const report = await t.report()
  expect(report.groups.find(({ group }) => group === '数据')?.findings.map(({ state }) => state)).toEqual(
    Array(7).fill('ok'),
  )
  expect(await t.rawRows("SELECT name FROM job_run WHERE name LIKE 'doctor%'")).toEqual([])
})

it('rules of the demo shop are for the sandbox only', async () => {
  writeFileSync(join(folder, 'DEMO-SHOP.md'), '# demo')
  const look = (apiBase: string) =>
    rules.look(
      createPatient({
        settings: { HUOSHUI_CONFIG: folder, WECOM_API_BASE: apiBase },
        settingFaults: [],
        clock: t.clock,
      }),
    )
  expect(await look(t.sandbox.url)).toMatchObject({ state: 'ok' })
  expect(await look('https://qyapi.weixin.qq.com')).toMatchObject({
    state: 'fail',
    why: `${folder} 还是示例店铺的规则，服务不会拿它连真实的企业`,
    next: expect.stringContaining('DEMO-SHOP.md'),
  })
})

it('a database that is away is told once, and what needs it cannot be looked at', async () => {
  const findings = findingsOf(await t.report({ DATABASE_URL: 'mysql://root:secret-pass@127.0.0.1:1/huoshui' }))
  expect(findings.find(({ what }) => what === '数据库')).toEqual({
    state: 'fail',
    what: '数据库',
    why: '数据库拒绝连接，多半没有启动（ECONNREFUSED）',
    next: '启动 MySQL / MariaDB，核对 DATABASE_URL 的主机和端口',
  })
  for (const subject of [
    '表结构',
    '读写',
    '积压',
    '死信',
    '待处理',
    '图片素材',
    '欢迎语',
    '入群欢迎语',
    '全量同步',
    '最近的回调',
  ]) {
    expect(findings.find(({ what }) => what === subject)).toMatchObject({
      state: 'unknown',
      why: '无法检查，因为数据库连不上，先解决「数据库」',
    })
  }
  expect(JSON.stringify(findings)).not.toContain('secret-pass')
})

it('a database that has not been made yet is not made by looking', async () => {
  const DATABASE_URL = `sqlite:${join(folder, 'new.db')}`
  expect(await t.about('数据库', { DATABASE_URL })).toMatchObject([
    { state: 'unknown', why: '无法检查，因为数据库文件还没有，服务第一次启动时会建' },
  ])
  expect(await t.about('磁盘', { DATABASE_URL })).toMatchObject([{ state: 'ok' }])
})

it('a file that is no database is told as such', async () => {
  const file = join(folder, 'x.db')
  writeFileSync(file, 'this is no database, but long enough to look like a file of one '.repeat(100))
  expect(await t.about('数据库', { DATABASE_URL: `sqlite:${file}` })).toMatchObject([{ state: 'fail' }])
})

it('a folder that cannot be written to is told with its error', async () => {
  const file = join(folder, 'not-a-folder')
  writeFileSync(file, '')
  expect(await t.about('磁盘', { DATABASE_URL: `sqlite:${join(file, 'huoshui.db')}` })).toMatchObject([
    { state: 'fail', why: expect.stringMatching(/写不进去（ENOTDIR）/) },
  ])
})

it('tables of an older and of a newer program are told apart', async () => {
  const database = await createTestDatabase()
  const db = createDb(database.url, migrations)
  await db.connect()
  expect(await t.about('表结构', { DATABASE_URL: database.url })).toMatchObject([
    { state: 'fail', why: expect.stringMatching(/^还差 \d+ 步没有升级$/) },
  ])
  expect(await t.about('读写', { DATABASE_URL: database.url })).toMatchObject([
    { state: 'unknown', why: '无法检查，因为表还没有建，先解决「表结构」' },
  ])
  await db.close()
  await database.drop()
  await run("INSERT INTO migrations (timestamp, name) VALUES (1, 'FromTheFuture1')")
  expect(await t.about('表结构')).toMatchObject([
    { state: 'fail', why: expect.stringContaining('数据库比程序新：有 1 步') },
  ])
})

it('faults in the rules are listed with their place', async () => {
  t.writeConfig({ 'channels/c.yaml': 'channel: 门店\nguide: [zhangsan]\n' })
  const findings = (await t.report()).groups.find(({ group }) => group === '规则')?.findings
  expect(findings?.[0]).toMatchObject({ state: 'fail', what: expect.stringMatching(/^channels\/c\.yaml:\d+:\d+$/) })
  expect(await t.about('导购')).toMatchObject([{ state: 'unknown', why: '无法检查，因为规则有错，先解决「规则」' }])
})

it('events that wait mean that nobody works; dead ones want a person', async () => {
  await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  expect(await t.about('积压')).toMatchObject([{ state: 'ok' }])
  await run("UPDATE inbound_event SET state = 'new', due_at = ? WHERE kind LIKE 'wecom.%'", [t.clock.now() - HOUR_MS])
  expect(await t.about('积压')).toMatchObject([
    { state: 'fail', why: expect.stringMatching(/个事件没有处理，最早的等了 60 分钟/) },
  ])
  await run("UPDATE inbound_event SET state = 'done'")
  await run("UPDATE action SET state = 'dead' WHERE kind LIKE 'welcome%'")
  expect(await t.about('死信')).toMatchObject([
    { state: 'warn', why: '1 个动作试到最后也没成，最近一个在 2026-11-22 09:00' },
  ])
})

it('what the server has put up for a person is shown with its own next step', async () => {
  await t.db.tx((tx) =>
    t.huoshui.alerts.raise(tx, { key: 'acquisition.quota', text: '获客额度用完了', todo: '去充值' }),
  )
  expect(await t.about('待处理')).toEqual([
    { state: 'warn', what: '待处理', why: '获客额度用完了（从 2026-11-22 09:00 起）', next: '去充值' },
  ])
})

it('welcomes that went missing are counted, with the commonest reason', async () => {
  for (let i = 0; i < 4; i++) await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  t.sandbox.faults.set({ path: 'send_welcome_msg', errcode: 41051 })
  for (let i = 0; i < 2; i++) await t.sandbox.scan({ userId: 'lisi' })
  await t.settle()
  const [finding] = await t.about('欢迎语')
  expect(finding?.state).toBe('warn')
  expect(finding?.why).toMatch(/^24 小时内 6 位新客户，4 位收到了我们的欢迎语；没收到的最多是因为：.*（2 位）$/)
  expect(finding?.next).toBe('停掉别的应用（旧 SCRM、服务商）里的欢迎语，谁先发算谁的')
  await t.advance(DAY_MS + 1)
  expect(await t.about('欢迎语')).toMatchObject([{ state: 'ok', why: '24 小时内没有新客户' }])
})

it('the nightly reconciliation: what it mended, and that it was missed two nights', async () => {
  expect(await t.about('每夜核对')).toMatchObject([{ state: 'ok', why: '还没有做过，今夜 3 到 5 点会做第一次' }])
  t.sandbox.connect('http://127.0.0.1:1')
  await t.sandbox.scan({ userId: 'zhangsan' })
  await t.sandbox.settle()
  t.sandbox.connect(t.url)
  for (let hour = 0; hour < 21; hour++) await t.advance(HOUR_MS)
  expect(await t.about('每夜核对')).toMatchObject([
    { state: 'ok', why: expect.stringMatching(/^上次在 2026-11-23 0[3-6]:\d\d，补上了 1 项漏掉的变化$/) },
  ])
  await run("UPDATE sync_run SET found = 400 WHERE kind = 'reconcile'")
  expect(await t.about('每夜核对')).toMatchObject([{ state: 'warn', next: '先解决上面「公网与回调」一组的问题' }])
  t.clock.advance(51 * HOUR_MS)
  expect(await t.about('每夜核对')).toMatchObject([{ state: 'warn', why: expect.stringContaining('已经漏了两夜') }])
})

it('a first reading that WeCom refused is told, and one that was asked for later takes its place', async () => {
  await run("UPDATE sync_run SET state = 'failed'")
  expect(await t.about('全量同步')).toMatchObject([{ state: 'warn', why: '读企业微信的成员时被拒了' }])
  await run("UPDATE sync_run SET kind = 'sync', state = 'done', finished_at = started_at")
  expect(await t.about('全量同步')).toMatchObject([{ state: 'ok', why: '2026-11-22 09:00 做完' }])
})

it('a picture that WeCom did not take is named', async () => {
  await t.db.tx((tx) => tx.insert(PREPARED_MEDIA, { source: 'assets/大图.png', fingerprint: 'f', trouble: '图片太大' }))
  expect(await t.about('图片素材')).toMatchObject([
    { state: 'warn', what: '图片素材：assets/大图.png', why: '图片太大' },
  ])
})

it('alerts that nobody would hear are told: nobody named, somebody out of range, no way besides WeCom', async () => {
  const robot = { ALERT_WEBHOOK: 'https://robot.example.com/' }
  expect(await t.about('告警')).toMatchObject([{ state: 'warn', why: '出了事没有人会收到消息' }])
  expect(await t.about('告警', { ALERT_USERIDS: 'zhangsan' })).toMatchObject([
    { state: 'warn', why: expect.stringContaining('只有应用消息一条路') },
  ])
  expect(await t.about('告警', { ALERT_USERIDS: 'zhangsan', ...robot })).toMatchObject([{ state: 'ok' }])
  expect(await t.about('告警', { ALERT_USERIDS: 'zhangsan,chief', ...robot })).toMatchObject([
    { state: 'fail', why: 'ALERT_USERIDS 里的 chief 不在企业里或不在应用可见范围里' },
  ])
  expect(await t.about('告警', { ALERT_USERIDS: 'chief', ...robot })).toMatchObject([
    { state: 'fail', why: expect.stringContaining('应用消息谁也收不到') },
  ])
})

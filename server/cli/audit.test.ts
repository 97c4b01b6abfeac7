import { afterEach, expect, it } from 'vitest'
import { raw } from '../core/db/sql.ts'
import { auditQueries } from '../records/audit/audit-queries.ts'
import { openTwoStores, type TwoStores } from '../sidebar-api/testing/two-stores.ts'
import { runCommand } from '../testing/run-command.ts'
import { alertsProgram } from './alerts.ts'
import { auditProgram } from './audit.ts'
import { customersProgram } from './customers.ts'
import { defineCommand } from './frame/command.ts'
import { handoverProgram } from './handover.ts'
import { createPeopleProgram } from './people.ts'
import { rolesProgram } from './roles.ts'
import { sessionsProgram } from './sessions.ts'
import { tiersProgram } from './tiers.ts'

let t: TwoStores
afterEach(() => t.close())

const env = () => ({ WECOM_SECRET: t.sandbox.credentials.secret })
const run = (...words: string[]) => runCommand(auditProgram, words, { ...t, env: env() })
async function commands(): Promise<string[]> {
  await t.advance(1_000)
  const rows = await t.db.view((tx) => auditQueries.list(tx, { what: 'command' }, 1_000))
  return rows
    .reverse()
    .map(
      ({ actor, origin, what, customer, detail }) =>
        `${actor}@${origin} ${what} ${customer ?? '-'} ${JSON.stringify(detail)}`,
    )
}

it('a command that changes something names its operator before and after, one that shows persons says of whom', async () => {
  t = await openTwoStores()
  await t.as('zhangsan')
  await runCommand(sessionsProgram, [], t)
  await runCommand(sessionsProgram, ['end', '--all'], t)
  await runCommand(sessionsProgram, ['end', 'no-such-session'], t)
  await runCommand(sessionsProgram, ['end'], t)
  await runCommand(customersProgram, ['find', '客户甲', '--csv'], t)
  await runCommand(tiersProgram, ['why', '客户乙标记'], t)
  const { zhangsan, lisi } = t.customers
  expect(await commands()).toEqual([
    'tester@desk command.sessions.end - {"values":{"ids":[],"all":true}}',
    expect.stringMatching(/^tester@desk command.sessions.end - \{"of":"[\w-]+","before":\{"userId":"zhangsan"\}\}$/),
    'tester@desk command.sessions.end - {"end":"done"}',
    'tester@desk command.sessions.end - {"values":{"ids":["no-such-session"]}}',
    'tester@desk command.sessions.end - {"end":"fault"}',
    'tester@desk command.customers.find - {"export":"csv","values":{"name":"（客户）"}}',
    `tester@desk command.customers.find ${zhangsan} {"end":"done"}`,
    'tester@desk command.tiers.why - {"values":{"customer":"（客户）"}}',
    `tester@desk command.tiers.why ${lisi} {"end":"done"}`,
  ])
})

it('what a command changes stands in the audit as it was and as it is, by customer; what was so already is no change', async () => {
  t = await openTwoStores()
  const { zhangsan } = t.customers
  const people = createPeopleProgram()
  await runCommand(people, ['restrict', '客户甲标记', '--note', '店里说的'], t)
  await runCommand(people, ['restrict', '客户甲标记'], t)
  await runCommand(handoverProgram, ['start', '--from', '李四', '--to', '王五', '--what', 'customers'], t)
  const sinceMs = t.clock.now()
  await t.db.tx((tx) => t.huoshui.alerts.raise(tx, { key: 'odd', text: '怪事', todo: '看看' }))
  await runCommand(alertsProgram, ['done', 'odd'], t)
  const changes = (await commands()).filter((line) => line.includes('"of"'))
  expect(changes).toEqual([
    `tester@desk command.people.restrict ${zhangsan} {"of":"marketing","before":{"refused":false},"after":{"refused":true}}`,
    `tester@desk command.people.restrict ${zhangsan} {"of":"profiling","before":{"refused":false},"after":{"refused":true}}`,
    `tester@desk command.handover.start ${t.customers.lisi} {"of":"客户","before":{"guide":"lisi"},"after":{"guide":"wangwu"}}`,
    `tester@desk command.alerts.done - {"of":"odd","before":{"sinceMs":${sinceMs}}}`,
  ])
})

it('of a change of thousands the first two hundred stand in the audit, and how many there were', async () => {
  t = await openTwoStores()
  const many = defineCommand({
    name: '',
    audited: 'change',
    scope: 'operate',
    says: '改很多',
    run: async (_values, desk) => {
      await desk.db()
      return { text: '', data: {}, changed: Array.from({ length: 201 }, (_, at) => ({ of: `#${at}`, after: at })) }
    },
  })
  await runCommand({ name: 'many', says: '很多', commands: [many] }, [], t)
  const told = await commands()
  expect(told.filter((line) => line.includes('"of"'))).toHaveLength(200)
  expect(told.at(-1)).toBe('tester@desk command.many - {"end":"done","changed":201}')
})

it('a command whose beginning cannot be written does not begin', async () => {
  t = await openTwoStores()
  const browser = await t.as('zhangsan')
  await t.db.tx((tx) => tx.run(raw('ALTER TABLE audit_note RENAME TO audit_note_away')))
  const { code } = await runCommand(sessionsProgram, ['end', '--all'], t)
  await t.db.tx((tx) => tx.run(raw('ALTER TABLE audit_note_away RENAME TO audit_note')))
  expect(code).toBe(1)
  expect((await browser.get('me')).status).toBe(200)
})

it('lists who did what, filtered; exports all of it with a head for later', async () => {
  t = await openTwoStores()
  const [zhangsan, lisi] = [await t.as('zhangsan'), await t.as('lisi')]
  await zhangsan.get(`customers/${t.customers.zhangsan}`)
  await lisi.get(`customers/${t.customers.lisi}`)
  await t.huoshui.beat()
  await t.huoshui.drained()
  expect((await run('list', '--what', 'sidebar.seen')).out).toMatch(
    /李四（lisi）.*看了客户[\s\S]*张三（zhangsan）.*看了客户/,
  )
  const about = (await run('list', '--customer', '客户甲标记')).out
  expect(about).toContain('张三（zhangsan）')
  expect(about).not.toContain('李四')
  const lines = (await run('export')).out.split('\n')
  const head = lines.at(-1) ?? ''
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ seq: 1, actor: 'zhangsan', what: 'sidebar.login' })
  expect((await run('verify', '--head', head)).code).toBe(0)
  await t.db.tx((tx) => tx.run(raw('UPDATE audit_entry SET actor = ? WHERE seq = 3', ['wangwu'])))
  const bad = await run('verify', '--head', head)
  expect([bad.code, bad.out]).toEqual([1, expect.stringContaining('第 3 行被改过')])
  expect((await run('verify', '--head', 'x')).code).toBe(2)
})

it('tells who has which role', async () => {
  t = await openTwoStores()
  const { out } = await runCommand(rolesProgram, [], t)
  expect(out.split('\n').map((line) => line.replace(/ +/g, ' ').trim())).toEqual([
    '成员 账号 角色 看哪些部门的导购',
    '李四 lisi 导购',
    '王五 wangwu 导购',
    '张三 zhangsan 导购',
    '店长 dianzhang 店长 三里屯店、三里屯专柜',
    '老板 laoban 负责人',
    '渠道 qudao 店长 徐汇店',
    '审计 shenji 审计',
    '运营 yunying 运营',
    '',
    '命令行：roles.yaml 没有写 operators，能登录这台机器的人就能运行全部命令。',
  ])
})

import { buildTestApp, type TestAppOptions } from '../../testing/build-test-app.ts'
import { openBrowser } from './sidebar-browser.ts'

export const ROLES = `roles:
  - { role: lead, leaders: true }
  - { role: lead, members: [qudao], of: [徐汇店] }
  - { role: ops, departments: [运营部] }
  - { role: owner, members: [laoban] }
  - { role: auditor, members: [shenji] }
`

/** Two stores with their heads; the first has a counter below it. 张三 works in 三里屯店 (2), 王五 at its counter (4), 李四 in
 *  徐汇店 (3); each has a customer, and one has left. 店长 heads 2; 渠道 is named for 3; 运营, 老板 and 审计 have their roles,
 *  财务 has none. */
export async function openTwoStores(options: TestAppOptions = {}) {
  const t = await buildTestApp({ now: '2026-11-20T10:00:00+08:00', config: { 'roles.yaml': ROLES }, ...options })
  const { sandbox } = t
  for (const [id, name, parentId] of [
    [2, '三里屯店', 1],
    [3, '徐汇店', 1],
    [4, '三里屯专柜', 2],
    [5, '运营部', 1],
  ] as const) {
    await sandbox.addDepartment({ id, name, parentId })
  }
  await sandbox.moveStaff({ userId: 'zhangsan', departments: [2] })
  await sandbox.moveStaff({ userId: 'lisi', departments: [3] })
  await sandbox.addStaff({ userId: 'wangwu', name: '王五', departments: [4] })
  for (const [userId, name, department] of [
    ['dianzhang', '店长', 2],
    ['qudao', '渠道', 1],
    ['yunying', '运营', 5],
    ['laoban', '老板', 1],
    ['shenji', '审计', 1],
    ['caiwu', '财务', 1],
  ] as const) {
    await sandbox.addStaff({ userId, name, departments: [department], canContact: false })
  }
  await sandbox.editStaff({ userId: 'dianzhang', leads: [2] })
  await t.settle()
  // Departments are read again a minute after the news.
  await t.advance(60_000)
  await t.advance(60_000)
  const meet = async (userId: string, name: string): Promise<string> => {
    const { externalUserId } = await sandbox.scan({ userId, name })
    await t.settle()
    return externalUserId
  }
  const customers = {
    zhangsan: await meet('zhangsan', '客户甲标记'),
    lisi: await meet('lisi', '客户乙标记'),
    wangwu: await meet('wangwu', '客户丙标记'),
    lost: await meet('zhangsan', '客户丁标记'),
  }
  await sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: customers.lost })
  await t.settle()
  await t.settle()
  return {
    ...t,
    customers,
    as: async (userId: string) => {
      const browser = openBrowser(t.url)
      const landed = await browser.login(userId)
      return { ...browser, landed }
    },
  }
}
export type TwoStores = Awaited<ReturnType<typeof openTwoStores>>

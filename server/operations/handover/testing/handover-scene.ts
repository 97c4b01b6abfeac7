import { HOUR_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { buildTestApp, type TestAppOptions } from '../../../testing/build-test-app.ts'
import type { HandoverRequest } from '../handover-request.ts'

const config = {
  'channels/包裹卡.yaml':
    'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\nwelcome: 默认欢迎语\ntags: [来源/包裹卡]\n',
  'channels/直播间.yaml': 'channel: 直播间\nstate: live\nguides: [zhangsan]\nwelcome: 默认欢迎语\n',
  'welcomes/默认.yaml': 'welcome: 默认欢迎语\ndefault: true\ntext: "{客户昵称}，你好"\n',
  'tags.yaml': 'tags:\n  - { group: 来源, names: [包裹卡] }\n  - { group: 口味, names: [厚切] }\n',
  'sop/新客.yaml': `sop: newcomer
name: 新客
trigger: customer.added
steps:
  - task: { for: guide, title: 打个招呼, due: 24h }
  - wait: 3d
  - task: { for: guide, title: 回访一下, due: 24h }
leave: [ customer.lost ]
`,
}

/** 张三, 李四 and 王五, two channels of 张三's, and a journey that every newcomer enters. */
export async function openHandoverScene(options: TestAppOptions = {}) {
  const t = await buildTestApp({ config, ...options })
  if (options.platform === undefined) {
    await t.sandbox.addStaff({ userId: 'wangwu', name: '王五' })
    // Until the hourly listing tells that 王五 may have customers.
    await t.advance(HOUR_MS)
    await t.advance(MINUTE_MS)
  }
  const request = (change: Partial<HandoverRequest> = {}): HandoverRequest => ({
    fromUserId: 'zhangsan',
    toUserIds: ['lisi'],
    assignments: [],
    tags: [],
    channels: [],
    what: 'all',
    mostCustomers: 5_000,
    limit: undefined,
    ...change,
  })
  return {
    ...t,
    request,
    befriend: async (userId: string, ...externalUserIds: string[]) => {
      for (const externalUserId of externalUserIds) {
        await t.sandbox.scan({ userId, externalUserId, name: externalUserId.slice(2), state: 'parcel-card' })
      }
      await t.settle()
      await t.settle()
    },
    start: async (change: Partial<HandoverRequest> = {}, message?: string) => {
      const started = await t.db.tx((tx) => t.huoshui.handover.start(tx, request(change), message))
      await t.settle()
      return started
    },
    alerts: () =>
      t.rawRows<{ key: string; text: string }>(
        'SELECT alert_key AS `key`, body AS `text` FROM alert WHERE resolved_at IS NULL ORDER BY alert_key',
      ),
    states: () =>
      t.rawRows<{ external_userid: string; to_userid: string; state: string; reason: string | null }>(
        'SELECT external_userid, to_userid, state, reason FROM handover_customer ORDER BY id',
      ),
    follows: (externalUserId: string) =>
      t.rawRows<{
        userid: string
        active: number
        lost_by: string | null
        channel: string | null
        remark: string | null
      }>('SELECT userid, active, lost_by, channel, remark FROM follow WHERE external_userid = ? ORDER BY userid', [
        externalUserId,
      ]),
    notes: async (externalUserId: string, kinds: string[]) =>
      (
        await t.rawRows<{ kind: string; userid: string; body: string }>(
          'SELECT kind, userid, body FROM timeline WHERE external_userid = ? ORDER BY id',
          [externalUserId],
        )
      )
        .filter((note) => kinds.includes(note.kind))
        .map((note) => `${note.userid} ${note.body}`),
  }
}
export type HandoverScene = Awaited<ReturnType<typeof openHandoverScene>>

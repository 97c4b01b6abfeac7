import { buildTestApp, type TestAppOptions } from '../../../testing/build-test-app.ts'

export interface SendSceneOptions extends TestAppOptions {
  /** YAML of config/sends, one document per send. */
  sends?: string
}

export const WELFARE_DAY = `
send: 周三福利日
audience: { follow.active: true }
content:
  text: 今天西冷第二件半价
cron: "0 10 * * 3"
`

export type SendScene = Awaited<ReturnType<typeof openSendScene>>

/** Huoshui with one scheduled send (周三福利日, Wednesdays at 10:00) on a Wednesday at 9:59, two guides (zhangsan 张三,
 *  lisi 李四) and no customers. */
export async function openSendScene(options: SendSceneOptions = {}) {
  const t = await buildTestApp({
    now: '2026-11-25T09:59:00+08:00',
    ...options,
    config: {
      'sends/sends.yaml': options.sends ?? WELFARE_DAY,
      'welcomes/default.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
      ...(typeof options.config === 'object' ? options.config : {}),
    },
  })
  return {
    ...t,
    /** Each of these customers adds the guide. */
    befriend: async (userId: string, ...externalUserIds: string[]) => {
      for (const externalUserId of externalUserIds)
        await t.sandbox.scan({ userId, externalUserId, name: externalUserId })
      await t.settle()
    },
    /** The guide confirms whatever waits in WeCom. */
    confirmAll: async (userId: string) => {
      for (const { msgid } of t.sandbox.pendingMassSends(userId)) await t.sandbox.confirmMassSend({ msgid, userId })
    },
    /** `sender: customers` of every task that was asked for. */
    created: (): string[] =>
      t.sandbox.calls('externalcontact/add_msg_template').map(({ body }) => {
        const { sender, external_userid } = body as { sender: string; external_userid: string[] }
        return `${sender}: ${external_userid.join(' ')}`
      }),
    texts: (): string[] =>
      t.sandbox
        .calls('externalcontact/add_msg_template')
        .map(({ body }) => (body as { text: { content: string } }).text.content),
    timeline: (externalUserId: string) => t.timelineOf(externalUserId, 'mass-send%'),
    /** `customer outcome`, by run. */
    outcomes: async (): Promise<string[]> => {
      const rows = await t.rawRows<{ external_userid: string; outcome: string }>(
        'SELECT external_userid, outcome FROM send_recipient ORDER BY run_id, external_userid',
      )
      return rows.map((row) => `${row.external_userid} ${row.outcome}`)
    },
    /** Another process on the same database and platform. */
    again: (more: SendSceneOptions = {}) =>
      openSendScene({
        ...options,
        databaseUrl: t.databaseUrl,
        platform: { sandbox: t.sandbox, clock: t.clock },
        ...more,
      }),
  }
}

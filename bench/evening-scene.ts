import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createSandbox } from '../sandbox/sandbox.ts'
import { createSettableClock } from '../server/core/kernel/clock.ts'
import { buildTestApp } from '../server/testing/build-test-app.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'

const WELCOME = 'welcome: 通用\ndefault: true\ntext: 您好，欢迎来到牧野。\n'
const JOURNEY = `sop: newcomer
name: 新客
trigger: customer.added
steps:
  - wait: 3d
  - task: { for: guide, title: 回访一下, due: 24h }
leave: [ customer.lost ]
`
const code = (channel: string, state: string, guides: string): string =>
  `channel: ${channel}\nstate: ${state}\nguides: [${guides}]\n`

/** Rules as they are on a good day. */
const GOOD = {
  'channels/卡.yaml': code('包裹卡', 'card', 'zhangsan, lisi'),
  'channels/店.yaml': code('门店', 'shop', 'wangwu'),
  'tags.yaml': 'tags:\n  - { group: 意向, names: [高, 低] }\n',
  'welcomes/通用.yaml': WELCOME,
  'sop/新客.yaml': JOURNEY,
}

/** A robot of a chat group that can be told to refuse. `took`: what it said yes to. */
async function openRobot() {
  const took: string[] = []
  let isRefusing = false
  const server = createServer(async (request, response) => {
    const body = await text(request)
    if (!isRefusing) took.push((JSON.parse(body) as { text: { content: string } }).text.content)
    response.writeHead(isRefusing ? 503 : 200).end('{"errcode":0}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    took,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    refuse: (does: boolean): void => {
      isRefusing = does
    },
    close: (): void => void server.close(),
  }
}

/** A shop with three guides, an owner who gets the alerts by app and robot, and 小周 who writes the rules. */
export async function openEveningScene() {
  const robot = await openRobot()
  const clock = createSettableClock('2026-11-22T18:00:00+08:00')
  const sandbox = createSandbox({ clock, retryDelaysMs: [5, 10], keepCalls: 100_000 })
  await sandbox.listen()
  for (const [userId, name] of [
    ['wangwu', '王五'],
    ['boss', '老板'],
    ['xiaozhou', '小周'],
  ] as const)
    await sandbox.addStaff({ userId, name })
  const database = await createTestDatabase()
  const t = await buildTestApp({
    databaseUrl: database.url,
    platform: { sandbox, clock },
    config: GOOD,
    env: { ALERT_USERIDS: 'boss', ALERT_WEBHOOK: robot.url, WEBHOOK_PRIVATE: 'yes' },
  })

  const save = async (files: Record<string, string>): Promise<void> => {
    t.writeConfig({ ...files, '.author': 'xiaozhou\n' })
    await t.huoshui.rules.check()
    await t.settle()
  }
  return {
    ...t,
    robot,
    save: {
      good: () => save(GOOD),
      otherGuide: () => save({ 'channels/店.yaml': code('门店', 'shop', 'wangwu, zhangsan') }),
      broken: () => save({ 'welcomes/通用.yaml': WELCOME.replace('text', 'txt') }),
      emptied: () => save({ 'sop/新客.yaml': '' }),
    },
    /** Accepted texts of the app: whom, and what. */
    appMessages: () =>
      sandbox.calls('message/send').flatMap(({ errcode, body }) => {
        const { touser, text: said } = body as { touser: string; text?: { content: string } }
        return errcode === 0 && said !== undefined ? [{ to: touser, content: said.content }] : []
      }),
    openAlerts: () => t.db.tx((tx) => t.huoshui.alerts.queries.open(tx)),
    readyz: async () => ((await (await fetch(`${t.url}/readyz`)).json()) as { status: string }).status,
    close: async (): Promise<void> => {
      await t.close()
      await sandbox.close()
      await database.drop()
      robot.close()
    },
  }
}
export type EveningScene = Awaited<ReturnType<typeof openEveningScene>>

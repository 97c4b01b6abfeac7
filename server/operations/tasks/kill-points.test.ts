import { afterEach, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { LANES } from '../../engine/actions/action-kind.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

/* The process ends between WeCom's yes to a message and the row that says so: the next one asks again, since nobody knows, and WeCom
 * drops the double. */

const opened: TestApp[] = []
let isAway = false
afterEach(async () => {
  // What is dead can close nothing, and would keep its connections.
  isAway = true
  for (const app of opened.splice(0).reverse()) await app.close()
  isAway = false
})

const CONFIG = { 'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n' }

async function openApp(before?: TestApp): Promise<TestApp> {
  const platform =
    before === undefined
      ? {}
      : { databaseUrl: before.databaseUrl, platform: { sandbox: before.sandbox, clock: before.clock } }
  const app = await buildTestApp({ config: CONFIG, ...platform })
  opened.push(app)
  return app
}

const asks = (app: TestApp): number => app.sandbox.calls('message/send').length
const seen = (app: TestApp): number => (app.sandbox.world.appMessages.get('zhangsan') ?? []).length

const tell = {
  'of a new to-do': (app: TestApp, externalUserId: string) =>
    app.db.tx((tx) =>
      app.huoshui.tasks.open(tx, {
        ...{ key: 'a', externalUserId, userId: 'zhangsan', kind: 'sop', title: '回访', dueAtMs: undefined },
        reason: { text: '测试' },
      }),
    ),
  'of what concerns them': (app: TestApp) =>
    app.db.tx((tx) =>
      tx.insert(ACTION, {
        ...{
          dedupe_key: 'staff.tell:a:zhangsan',
          kind: 'staff.tell',
          lane: LANES.indexOf('event'),
          reason: '{"text":"测试"}',
        },
        ...{ payload: JSON.stringify({ userId: 'zhangsan', text: '请看' }), userid: 'zhangsan', state: 'waiting' },
        ...{ due_at: app.clock.now(), created_at: app.clock.now() },
      }),
    ),
}

it.each(Object.entries(tell))(
  'a guide is told %s once, although the process died before it was written down',
  async (_what, begin) => {
    const first = await openApp()
    const { externalUserId } = await first.sandbox.scan({ userId: 'zhangsan' })
    await first.settle()
    expect([asks(first), seen(first)]).toEqual([0, 0])
    first.db.watch((text) => {
      if (!isAway && asks(first) > 0 && !/^\s*ROLLBACK/i.test(text)) throw new Error('killed')
    })
    await begin(first, externalUserId)
    await first.settle().catch(() => undefined)
    expect([asks(first), seen(first)]).toEqual([1, 1])
    first.clock.advance(2 * MINUTE_MS)
    const next = await openApp(first)
    await next.advance(2 * MINUTE_MS)
    expect([asks(next), seen(next)]).toEqual([2, 1])
    await next.advance(HOUR_MS)
    expect([asks(next), seen(next)]).toEqual([2, 1])
    expect(await next.rawRows("SELECT state FROM action WHERE kind IN ('task.notify', 'staff.tell')")).toEqual([
      { state: 'done' },
    ])
  },
)

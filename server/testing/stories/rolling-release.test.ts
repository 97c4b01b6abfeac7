import type { MigrationInterface, QueryRunner } from 'typeorm'
import { afterEach, expect, it } from 'vitest'
import { integer, nullable, text, withDefault } from '../../../migrations/frozen/columns.ts'
import { addColumns, addIndex, createTable } from '../../../migrations/frozen/table.ts'
import { migrations } from '../../../migrations/index.ts'
import { createDb } from '../../core/db/db.ts'
import { postCallback } from '../../records/customers/testing/wecom-says.ts'
import { buildTestApp, type TestApp } from '../build-test-app.ts'
import { createTestDatabase } from '../test-database.ts'

const CONFIG = {
  'tags.yaml': 'tags:\n  - { group: 来源, names: [包裹卡] }\n',
  'channels/c.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\ntags: [来源/包裹卡]\n',
  'welcomes/w.yaml': 'welcome: 通用\ndefault: true\ntext: 您好\n',
}
/** Tables that an add writes. */
const WRITTEN = ['inbound_event', 'action', 'customer', 'follow', 'timeline', 'welcome', 'job_run', 'live_process']

/** The release that comes after this one, as `migrations/side-by-side.test.ts` lets it be. */
class Coming1700000009999 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, { name: 'coming', columns: [text('name')] })
    for (const table of WRITTEN) {
      await addColumns(runner, table, [nullable(text('coming')), withDefault(integer('cell'), 0)])
      await addIndex(runner, table, ['cell'])
    }
  }
  async down(): Promise<void> {}
}

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function open(databaseUrl: string, first?: TestApp): Promise<TestApp> {
  const platform = first === undefined ? {} : { platform: { sandbox: first.sandbox, clock: first.clock } }
  const app = await buildTestApp({ config: CONFIG, databaseUrl, ...platform })
  ends.push(() => app.close())
  return app
}

it.runIf(process.env.TEST_MYSQL_URL)(
  'while a release rolls over, what does not know the new tables works on, and may even be started: nothing is lost or done twice',
  async () => {
    const { url, drop } = await createTestDatabase()
    ends.push(drop)
    const before = await open(url)
    before.sandbox.setDelivery({ copies: 0 })
    const added: string[] = []
    const deliverToBoth = async (apps: TestApp[], adds: number): Promise<void> => {
      const first = before.sandbox.callbackLog().length
      for (let n = 0; n < adds; n++) {
        added.push((await before.sandbox.scan({ userId: 'zhangsan', state: 'parcel-card' })).externalUserId)
      }
      const told = before.sandbox.callbackLog().slice(first)
      expect(told.length).toBeGreaterThanOrEqual(adds)
      const answers = told.flatMap(({ xml }) => apps.map((app) => postCallback(app, xml)))
      expect(new Set(await Promise.all(answers))).toEqual(new Set([200]))
    }

    await deliverToBoth([before, before], 4)
    // The new release brings the tables up to date while callbacks come to the one that runs.
    const release = createDb(url, [...migrations, Coming1700000009999])
    ends.push(() => release.close())
    await Promise.all([release.migrate(), deliverToBoth([before, before], 8)])
    // One of the older version that was started again meanwhile.
    const beside = await open(url, before)
    before.sandbox.setDelivery({ copies: 0 })
    await deliverToBoth([before, beside], 8)
    for (const app of [before, beside, before]) await app.settle()

    const ofEach = (of: (id: string) => number): number[] => [...new Set(added.map(of))]
    const sent = (id: string) => before.sandbox.messagesOf(id).filter(({ via }) => via === 'welcome').length
    expect([added.length, ofEach(sent)]).toEqual([20, [1]])
    const [known] = await before.rawRows<{ n: number }>('SELECT COUNT(*) AS n FROM follow')
    const unhandled = await before.rawRows("SELECT kind FROM inbound_event WHERE state <> 'done'")
    const undone = await before.rawRows("SELECT kind, state FROM action WHERE state <> 'done'")
    const marked = before.sandbox.calls('mark_tag')
    expect([Number(known?.n), unhandled, undone, marked.length]).toEqual([20, [], [], 20])
    const [past] = await before.rawRows<{ n: number }>(
      "SELECT COUNT(*) AS n FROM migrations WHERE name = 'Coming1700000009999'",
    )
    expect(Number(past?.n)).toBe(1)
  },
  60_000,
)

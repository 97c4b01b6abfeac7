import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { migrations } from '../../../migrations/index.ts'
import { createSandbox } from '../../../sandbox/sandbox.ts'
import { createDb } from '../../core/db/db.ts'
import { raw } from '../../core/db/sql.ts'
import { systemClock } from '../../core/kernel/clock.ts'
import { postCallback } from '../../records/customers/testing/wecom-says.ts'
import { previousRelease } from '../previous-release.ts'
import { huoshuiEnv, type Started, startProgram, untilReady } from '../start-program.ts'
import { createTestDatabase } from '../test-database.ts'

/* Two versions side by side while a release rolls over, as two real servers: what ran before and this one on one database, with
 * callbacks all the while. */

const CONFIG = {
  'tags.yaml': 'tags:\n  - { group: 来源, names: [包裹卡] }\n',
  'channels/c.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\ntags: [来源/包裹卡]\n',
  'welcomes/w.yaml': 'welcome: 通用\ndefault: true\ntext: 您好\n',
}

const ends: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const before = process.env.TEST_MYSQL_URL ? previousRelease() : undefined
if (process.env.TEST_MYSQL_URL && before === undefined)
  process.stderr.write('the previous release is not in this git history: two versions are not tried side by side\n')

it.runIf(before !== undefined)(
  'a release rolls over from the server before to this one under load: nothing is lost or done twice',
  async () => {
    if (before === undefined) return
    ends.push(before.remove)
    const { url: databaseUrl, drop } = await createTestDatabase()
    ends.push(drop)
    const config = mkdtempSync(join(tmpdir(), 'huoshui-rolling-'))
    ends.push(() => rmSync(config, { recursive: true, force: true }))
    for (const [path, text] of Object.entries(CONFIG)) {
      mkdirSync(dirname(join(config, path)), { recursive: true })
      writeFileSync(join(config, path), text)
    }
    const sandbox = createSandbox({ clock: systemClock })
    await sandbox.listen()
    ends.push(() => sandbox.close())
    // They are delivered by the test, as a load balancer would: to each server in turn, and to another when one refuses.
    sandbox.setDelivery({ copies: 0 })
    const start = async (cwd?: string): Promise<Started> => {
      const where = cwd === undefined ? {} : { cwd }
      const server = await startProgram('server/main.ts', {
        env: huoshuiEnv(sandbox.url, databaseUrl, config),
        ...where,
      })
      ends.push(async () => void (await server.kill()))
      await untilReady(server.url)
      return server
    }

    const servers: Started[] = []
    const refused: string[] = []
    const added: string[] = []
    let isLoad = true
    const deliver = async (xml: string, turn: number): Promise<void> => {
      for (let tries = 0; tries < 4; tries++) {
        const server = servers[(turn + tries) % servers.length]
        if (server === undefined) break
        const told = { sandbox, clock: systemClock, url: server.url }
        if ((await postCallback(told, xml).catch(() => 0)) === 200) return
      }
      refused.push(xml)
    }
    const load = async (): Promise<void> => {
      for (let turn = 0; isLoad; turn++) {
        const first = sandbox.callbackLog().length
        added.push((await sandbox.scan({ userId: 'zhangsan', state: 'parcel-card' })).externalUserId)
        // Each twice, as WeCom does when it was not sure.
        for (const { xml } of sandbox.callbackLog().slice(first))
          await Promise.all([deliver(xml, turn), deliver(xml, turn + 1)])
        await pause(100)
      }
    }

    servers.push(await start(before.folder))
    const db = createDb(databaseUrl, migrations)
    await db.connect()
    ends.push(() => db.close())
    const numberOf = async (text: string): Promise<number> =>
      Number((await db.tx((tx) => tx.row(raw<{ n: number }>(text))))?.n ?? 0)
    const known = () => numberOf('SELECT COUNT(*) AS n FROM migrations')
    const until = async (isTrue: () => Promise<boolean>): Promise<void> => {
      while (!(await isTrue())) await pause(200)
    }
    const knownBefore = await known()
    expect(knownBefore).toBeLessThan(migrations.length)

    const loading = load()
    await until(async () => added.length >= 10)
    // The new release brings the tables up to date while callbacks come to the one that runs.
    const next = await start()
    expect(await known()).toBe(migrations.length)
    servers.push(next)
    const together = added.length
    await until(async () => added.length >= together + 30)
    const [old] = servers.splice(0, 1)
    expect(await old?.stop()).toBe(0)
    const alone = added.length
    await until(async () => added.length >= alone + 10)
    isLoad = false
    await loading

    const open = `SELECT (SELECT COUNT(*) FROM inbound_event WHERE state = 'new') + (SELECT COUNT(*) FROM action WHERE state IN ('waiting', 'running')) AS n`
    await until(async () => (await numberOf(open)) === 0)
    expect(refused).toEqual([])
    expect(await numberOf('SELECT COUNT(*) AS n FROM follow WHERE active = 1')).toBe(added.length)
    expect(await numberOf("SELECT COUNT(*) AS n FROM inbound_event WHERE state = 'dead'")).toBe(0)
    const welcomes = added.map((id) => sandbox.messagesOf(id).filter(({ via }) => via === 'welcome').length)
    expect(Math.max(...welcomes)).toBe(1)
    // On a busy machine a code may be over before its turn comes, and then that is written down.
    const late = await numberOf("SELECT COUNT(*) AS n FROM action WHERE kind = 'welcome.send' AND state = 'expired'")
    expect(welcomes.filter((many) => many === 1).length + late).toBe(added.length)
    const marked = sandbox
      .calls('mark_tag')
      .map(({ body }) => String((body as { external_userid?: unknown }).external_userid))
    expect(marked.toSorted()).toEqual(added.toSorted())
  },
  600_000,
)

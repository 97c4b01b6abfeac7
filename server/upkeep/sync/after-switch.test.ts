import { describe, expect, it } from 'vitest'
import { buildTestApp } from '../../testing/build-test-app.ts'
import { serverIdentity } from './server-identity.ts'

const MINUTE_MS = 60_000

it.runIf(process.env.TEST_MYSQL_URL)(
  'the platform is read again by itself, once, when the database is another server than before',
  async () => {
    const t = await buildTestApp({
      config: {
        'channels/c.yaml': 'channel: 门店\nguides: [zhangsan]\n',
        'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
      },
    })
    await t.settle()
    await t.advance(60 * MINUTE_MS)
    const readings = async () =>
      (await t.rawRows<{ ask_key: string }>(`SELECT ask_key FROM sync_run WHERE kind = 'reconcile'`)).map(
        ({ ask_key }) => ask_key.replace(/\d+/, 'N'),
      )
    const before = await readings()
    expect(before).not.toContain('switch:N')
    // Gone with the old server: whom it told the platform that it had heard of.
    t.sandbox.connect('http://127.0.0.1:1')
    const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan', name: '小雨' })
    await t.sandbox.settle()
    t.sandbox.connect(t.url)
    await t.huoshui.db.source.query(`UPDATE database_server SET identity = 'mysql the-one-before'`)
    await t.advance(MINUTE_MS)
    expect(t.logLines.join('')).toContain('the database is another server than before')
    expect(await readings()).toEqual(before)
    await t.advance(4 * MINUTE_MS)
    expect(await readings()).toEqual([...before, 'switch:N'])
    expect(await t.rawRows('SELECT active FROM follow WHERE external_userid = ?', [externalUserId])).toEqual([
      { active: 1 },
    ])
    await t.advance(10 * MINUTE_MS)
    expect(await readings()).toEqual([...before, 'switch:N'])
    await t.close()
  },
)

describe('who a server says it is', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['MySQL', { server_uuid: '3e11fa47', server_id: '1', hostname: 'a', port: '3306' }, 'mysql 3e11fa47'],
    ['MariaDB', { server_id: '1', hostname: 'db-a', port: '3306' }, 'mariadb 1 db-a:3306'],
    [
      'a Galera cluster, whichever node answers',
      { server_id: '2', hostname: 'db-b', port: '3306', wsrep_on: 'ON', wsrep_cluster_state_uuid: 'c0ffee' },
      'galera c0ffee',
    ],
    [
      'Galera that is built in and off',
      { server_id: '1', hostname: 'db-a', port: '3306', wsrep_on: 'OFF', wsrep_cluster_state_uuid: '' },
      'mariadb 1 db-a:3306',
    ],
    ['something else', { port: '4000' }, undefined],
  ])('%s', (_what, says, name) => {
    expect(serverIdentity(new Map(Object.entries(says)))).toBe(name)
  })
})

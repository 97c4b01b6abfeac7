import { afterEach, describe, expect, it } from 'vitest'
import { createAlerts } from '../records/alerts/alerts.ts'
import { createTestKit, type TestKit } from '../testing/test-kit.ts'
import { createDatabaseWatch } from './database-watch.ts'
import { standbyTrouble } from './standby-trouble.ts'

let kit: TestKit
afterEach(() => kit?.close())

it('a disk that fills up is an alert while there is still room, closed when there is enough again', async () => {
  kit = await createTestKit()
  const { db, clock } = kit
  const alerts = createAlerts({ clock })
  let free = 600 * 1024 ** 2
  const asked: string[] = []
  const watch = createDatabaseWatch({
    db,
    clock,
    alerts,
    databaseUrl: 'sqlite:/var/lib/huoshui/huoshui.db',
    freeBytes: (folder) => {
      asked.push(folder)
      return Promise.resolve(free)
    },
  })
  const look = async () => {
    for (const job of watch.jobs) await job.run()
    return (await db.tx((tx) => alerts.queries.open(tx))).map(({ key, text }) => `${key} ${text}`)
  }
  expect(await look()).toEqual([])
  free = 300 * 1024 ** 2
  expect(await look()).toEqual([expect.stringMatching(/^database\.disk .*只剩 300 MB/)])
  free = 900 * 1024 ** 2
  expect(await look()).toEqual([])
  expect(new Set(asked)).toEqual(new Set(['/var/lib/huoshui']))
})

it('the database of this run is asked in its own words, and has no trouble', async () => {
  kit = await createTestKit()
  const { db, clock } = kit
  const alerts = createAlerts({ clock })
  const databaseUrl = db.dialect === 'mysql' ? 'mysql://x' : 'sqlite::memory:'
  for (const job of createDatabaseWatch({ db, clock, alerts, databaseUrl }).jobs) await job.run()
  expect(await db.tx((tx) => alerts.queries.open(tx))).toEqual([])
})

describe('what the database says of its standby', () => {
  const galera = { wsrep_on: 'ON', wsrep_cluster_status: 'Primary', wsrep_cluster_size: '3' }
  const semiSync = (role: string, status: string, clients: string) => ({
    [`rpl_semi_sync_${role}_enabled`]: 'ON',
    [`rpl_semi_sync_${role}_status`]: status,
    [`rpl_semi_sync_${role}_clients`]: clients,
  })
  it.each<[string, Record<string, string>, string | undefined]>([
    ['nothing', {}, undefined],
    ['a cluster of three', galera, undefined],
    ['a cluster of one', { ...galera, wsrep_cluster_size: '1' }, '只剩一个节点'],
    ['a cluster without majority', { ...galera, wsrep_cluster_status: 'non-Primary' }, '没有多数节点'],
    [
      'Galera that is built in and off',
      { wsrep_on: 'OFF', wsrep_cluster_size: '0', wsrep_cluster_status: 'Disconnected' },
      undefined,
    ],
    ['semi-sync that is followed', semiSync('master', 'ON', '1'), undefined],
    ['semi-sync that has fallen back', semiSync('master', 'OFF', '1'), '备库没有跟上'],
    ['semi-sync without a standby', semiSync('source', 'ON', '0'), '备库没有跟上'],
    [
      'semi-sync off',
      { rpl_semi_sync_master_enabled: 'OFF', rpl_semi_sync_master_status: 'OFF', rpl_semi_sync_master_clients: '0' },
      undefined,
    ],
  ])('%s', (_what, says, words) => {
    const trouble = standbyTrouble(new Map(Object.entries(says)))
    if (words === undefined) expect(trouble).toBeUndefined()
    else expect(trouble?.text).toContain(words)
  })
})

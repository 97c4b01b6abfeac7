import { expect, it } from 'vitest'
import { judgeStandby } from './standby.ts'

it.each<[string, Record<string, string>, string, string]>([
  ['a cluster', { wsrep_on: 'ON', wsrep_cluster_size: '3', wsrep_cluster_status: 'Primary' }, 'ok', '3 个节点'],
  [
    'a cluster of one',
    { wsrep_on: 'ON', wsrep_cluster_size: '1', wsrep_cluster_status: 'Primary' },
    'warn',
    '只剩一个',
  ],
  [
    'semi-sync',
    {
      rpl_semi_sync_master_enabled: 'ON',
      rpl_semi_sync_master_status: 'ON',
      rpl_semi_sync_master_clients: '1',
      slaves_connected: '1',
    },
    'ok',
    '半同步，1 个备库',
  ],
  [
    'a replica that lags',
    { rpl_semi_sync_master_enabled: 'OFF', slaves_connected: '2' },
    'warn',
    '2 个备库，但复制是异步的',
  ],
  ['nobody', { rpl_semi_sync_master_enabled: 'OFF', slaves_connected: '0' }, 'ok', '没有备库'],
  ['Aurora', { aurora_server_id: 'x' }, 'ok', '同一份数据'],
  ['a server that does not tell', {}, 'unknown', '没有说'],
])('of %s it is said what a fail-over would cost', (_what, says, state, words) => {
  const finding = judgeStandby(new Map(Object.entries(says)))
  expect(finding).toMatchObject({ state, why: expect.stringContaining(words) })
})

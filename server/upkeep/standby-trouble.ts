/** Variables and status values of MariaDB and MySQL that tell of a standby; which of them there are depends on the set-up. */
export const STANDBY_NAMES: readonly string[] = [
  'wsrep_on',
  'wsrep_cluster_size',
  'wsrep_cluster_status',
  'rpl_semi_sync_master_enabled',
  'rpl_semi_sync_master_status',
  'rpl_semi_sync_master_clients',
  'rpl_semi_sync_source_enabled',
  'rpl_semi_sync_source_status',
  'rpl_semi_sync_source_clients',
]

/** What the database tells of its standby, by lower-case name: in words for a person, or undefined when all is well or there
 *  is none. A plain replica is seen otherwise (replicas.ts, standby-lag.ts). */
export function standbyTrouble(of: ReadonlyMap<string, string>): { text: string; todo: string } | undefined {
  if (of.get('wsrep_on') === 'ON') {
    const status = of.get('wsrep_cluster_status')
    if (status !== undefined && status !== 'Primary') {
      return {
        text: `数据库集群没有多数节点（${status}），随时会停止写入`,
        todo: '看各数据库节点是不是都在运行、互相连得上',
      }
    }
    if (of.get('wsrep_cluster_size') === '1') {
      return {
        text: '数据库集群只剩一个节点：它再坏就没有数据库了',
        todo: '启动其他数据库节点，让它们重新加入集群',
      }
    }
  }
  for (const role of ['master', 'source']) {
    if (of.get(`rpl_semi_sync_${role}_enabled`) !== 'ON') continue
    const isFollowed =
      of.get(`rpl_semi_sync_${role}_status`) === 'ON' && of.get(`rpl_semi_sync_${role}_clients`) !== '0'
    if (!isFollowed) {
      return {
        text: '数据库的备库没有跟上：主库这时坏掉会丢已经收下的客户和订单',
        todo: '看备库是不是在运行、复制有没有报错（在备库上 SHOW REPLICA STATUS）',
      }
    }
  }
  return undefined
}

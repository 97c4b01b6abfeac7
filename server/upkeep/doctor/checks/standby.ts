import type { Db } from '../../../core/db/db.ts'
import { list, type Sql, sql } from '../../../core/db/sql.ts'
import { standbyUrlOf } from '../../../core/db/standby-url.ts'
import { MINUTE_MS, shanghaiText } from '../../../core/kernel/shanghai.ts'
import { fetchingReplicas, missedReplicas } from '../../replicas.ts'
import { type StandbyState, standbyLag } from '../../standby-lag.ts'
import { STANDBY_NAMES, standbyTrouble } from '../../standby-trouble.ts'
import type { Check } from '../check.ts'
import { type Finding, fail, ok, unknown, warn } from '../finding.ts'

const WHAT = '备库'
const FAR_BEHIND_MS = MINUTE_MS

/** What a fail-over of the database would cost. */
export const standby: Check = {
  group: '数据',
  what: WHAT,
  look: async (context): Promise<Finding | Finding[]> => {
    const db = await context.db()
    if (db.dialect === 'sqlite') return ok(WHAT, 'SQLite 没有备库：靠备份（npm run backup）')
    const nowMs = context.clock.now()
    const url = standbyUrlOf(context.need('DATABASE_URL'))
    const lag = url === undefined ? [] : [ofLag(await standbyLag(url, db))]
    return [judgeStandby(await readStandby(db)), ...(await ofReplicas(db, nowMs)), ...lag]
  },
}

/** Which of them fetch, and which no longer do. */
async function ofReplicas(db: Db, nowMs: number): Promise<Finding[]> {
  const hosts = await fetchingReplicas(db)
  if (hosts === undefined) {
    const why = '数据库账号没有 PROCESS 权限，看不到是哪几台备库在取数据，断了没有人知道'
    return [unknown(WHAT, `${why}（GRANT PROCESS ON *.* TO 这个账号）`)]
  }
  const missed = (await db.tx((tx) => missedReplicas(tx, nowMs))).filter(({ host }) => !hosts.includes(host))
  return [
    ...(hosts.length === 0 ? [] : [ok(WHAT, `${hosts.join('、')} 在取数据`)]),
    ...missed.map(({ host, seen_at: seenAtMs }) =>
      warn(
        WHAT,
        `${host} 从 ${shanghaiText(seenAtMs)} 以后没有再来取数据`,
        '看那台机器和复制有没有报错；不再用它就不用管，七天后自己消失',
      ),
    ),
  ]
}

function ofLag(state: StandbyState): Finding {
  switch (state.kind) {
    case 'away':
      return fail(WHAT, `DATABASE_URL 里写的备库连不上（${state.code}）`, '核对 standby= 写的地址，看那台机器')
    case 'empty':
      return fail(WHAT, '备库里没有活水的数据', '核对 standby= 写的地址，看复制有没有包括这个库')
    case 'follows': {
      const text = `备库落后 ${Math.round(state.behindMs / 1_000)} 秒`
      return state.behindMs > FAR_BEHIND_MS ? fail(WHAT, text, '在备库上看 SHOW REPLICA STATUS') : ok(WHAT, text)
    }
  }
}

/** How many replicas there are, where the server tells; the names of MySQL and of MariaDB for it. */
const REPLICAS = ['slaves_connected', 'replicas_connected']
const NAMES = [...STANDBY_NAMES, ...REPLICAS, 'aurora_server_id']

/** Variables and status values by lower-case name. */
async function readStandby(db: Db): Promise<Map<string, string>> {
  // SHOW lists nothing that we choose: the shape of its rows is the databases' own.
  const named = sql`WHERE Variable_name IN ${list(NAMES)}`
  type Named = { Variable_name: string; Value: string }
  const rows = await db.statement(async (tx) => [
    ...(await tx.rows(sql`SHOW GLOBAL VARIABLES ${named}` as Sql<Named>)),
    ...(await tx.rows(sql`SHOW GLOBAL STATUS ${named}` as Sql<Named>)),
  ])
  return new Map(rows.map(({ Variable_name, Value }) => [Variable_name.toLowerCase(), Value]))
}

export function judgeStandby(of: ReadonlyMap<string, string>): Finding {
  const trouble = standbyTrouble(of)
  if (trouble !== undefined) return warn(WHAT, trouble.text, trouble.todo)
  if (of.get('wsrep_on') === 'ON') return ok(WHAT, `Galera 集群，${of.get('wsrep_cluster_size') ?? '?'} 个节点`)
  if (of.has('aurora_server_id')) return ok(WHAT, 'Aurora：几台机器用同一份数据')
  const semiSync = ['master', 'source'].find((role) => of.get(`rpl_semi_sync_${role}_enabled`) === 'ON')
  if (semiSync !== undefined) {
    return ok(WHAT, `半同步，${of.get(`rpl_semi_sync_${semiSync}_clients`) ?? '?'} 个备库跟着：应答过的不会因切换而丢`)
  }
  const count = REPLICAS.map((name) => of.get(name)).find((value) => value !== undefined)
  if (count === undefined) return unknown(WHAT, '数据库没有说有没有备库；云数据库在它的控制台里看')
  if (count === '0') return ok(WHAT, '没有备库：这台数据库坏了就停到修好或恢复备份为止（不想停见 docs/ha.md）')
  return warn(
    WHAT,
    `${count} 个备库，但复制是异步的：切换时已经应答的最后几秒会丢（活水会自己对账找回客户，找不回订单）`,
    `开半同步（rpl_semi_sync_master_enabled=ON、rpl_semi_sync_master_wait_point=AFTER_SYNC），做法见 docs/ha.md`,
  )
}

import type { Db } from '../server/core/db/db.ts'
import { DAY_MS } from '../server/core/kernel/shanghai.ts'
import { LANES } from '../server/engine/actions/action-kind.ts'
import { EMPTIED } from '../server/engine/emptied.ts'

export interface PastOptions {
  events: number
  actions: number
  /** Of the actions; due now, each of a customer of its own. */
  waiting: number
  notes: number
  /** Journeys that have ended, with so many steps in all. */
  journeys: number
  steps: number
  /** So long ago the first came; they come evenly. */
  days: number
  /** Contents older than so many days are gone. */
  keptDays: number
  nowMs: number
  /** Their customers, in no order; made up where there are none. */
  customers: number
  print(line: string): void
}

const PIECE = 250_000
const RULE = `{"text":"首单后复购：下过一单，喜欢西冷","rule":{"kind":"sop","name":"after-first-order","version":"a1b2c3d4"},"facts":{"orders.paid.count":1,"channel":"包裹卡"}}`
const FACTS =
  '{"orders.paid.count":1,"orders.paid.sum":9900,"channel":"包裹卡","tags":["口味/西冷","来源/包裹卡"],"follow.active":true}'
const OUTCOME = '{"text":"导购发了话术","done":true}'
const RAW = `{"ToUserName":"wwBench","FromUserName":"sys","CreateTime":"1764460800","MsgType":"event","Event":"change_external_contact","ChangeType":"edit_external_contact","UserID":"benchguide`

/** What came in and went out over many days, inside MariaDB, by the hundred thousand: nobody has to make it one by one. One
 *  event of 500 takes a tag off, which is the rare kind. Two tables at once. */
export async function fillPast(db: Db, options: PastOptions): Promise<void> {
  const { nowMs, days, keptDays, print, events, actions, waiting, notes, journeys, steps, customers } = options
  const firstMs = nowMs - days * DAY_MS
  const keptMs = nowMs - keptDays * DAY_MS
  await db.source.query(
    `CREATE TABLE bench_person (n int PRIMARY KEY, id varchar(64) COLLATE utf8mb4_bin) AS
     SELECT seq AS n, CONCAT('wmPast', seq) AS id FROM seq_0_to_${customers - 1}
     WHERE NOT EXISTS (SELECT 1 FROM customer)
     UNION ALL SELECT CAST(ROW_NUMBER() OVER (ORDER BY external_userid) - 1 AS int), external_userid FROM customer`,
  )
  const [known] = (await db.source.query('SELECT COUNT(*) AS n FROM bench_person')) as { n: string }[]

  /** `select` asks `s.seq`, from 0; `p.id` is its customer. */
  const fill = async (table: string, rows: number, columns: string, select: (at: string) => string): Promise<void> => {
    const began = Date.now()
    const at = `${firstMs} + FLOOR(s.seq * ${days * DAY_MS} / ${Math.max(1, rows)})`
    for (let from = 0; from < rows; from += PIECE) {
      const until = Math.min(rows, from + PIECE) - 1
      await db.source.query(
        `INSERT INTO ${table} (${columns}) SELECT ${select(at)}
         FROM seq_${from}_to_${until} s JOIN bench_person p ON p.n = (s.seq * 7919) % ${Number(known?.n)}`,
      )
    }
    await db.source.query(`ANALYZE TABLE ${table}`)
    print(`  ${table}: ${rows} rows in ${((Date.now() - began) / 1_000).toFixed(1)} s`)
  }
  const kept = (at: string, content: string): string => `IF(${at} < ${keptMs}, '${EMPTIED}', ${content})`

  const tags = `CONCAT('{"externalUserId":"', p.id, '","userId":"benchguide', s.seq % 997, '","tags":["口味/口味', s.seq % 20, '"],"by":"rule","via":["new-customer-first-order"]}')`
  const paid = `CONCAT('{"orderId":"o', s.seq, '","source":"shop","externalUserId":"', p.id, '","totalFen":9900,"first":false,"atMs":', ${firstMs}, '}')`
  const wecom = `CONCAT('${RAW}', s.seq % 997, '","ExternalUserID":"', p.id, '"}')`
  const filling = fill(
    'inbound_event',
    events,
    'dedupe_key, kind, lane, payload, event_at, received_at, state, due_at, done_subscriptions, finished_at, shard',
    (at) =>
      `CONCAT('bench:', MD5(s.seq)),
       IF(s.seq % 500 = 0, 'tag.removed', IF(s.seq % 5 = 1, 'tag.added', IF(s.seq % 5 = 2, 'order.paid', 'wecom.change_external_contact.edit_external_contact'))),
       1, ${kept(at, `IF(s.seq % 500 = 0 OR s.seq % 5 = 1, ${tags}, IF(s.seq % 5 = 2, ${paid}, ${wecom}))`)},
       ${at}, ${at}, IF(s.seq % 5 > 2, 'kept', 'done'), ${at}, NULL, ${at} + 300, s.seq % 64`,
  )
  const lane = LANES.indexOf('event')
  const isWaiting = `s.seq >= ${actions - waiting}`
  await fill(
    'action',
    actions,
    'dedupe_key, kind, lane, payload, reason, external_userid, userid, state, due_at, attempts, result, created_at, started_at, finished_at',
    (at) =>
      `CONCAT('tag:bench:', s.seq), IF(s.seq % 3 = 0, 'customer.refresh', 'tag.mark'), ${lane},
       ${kept(at, `IF(s.seq % 3 = 0, CONCAT('{"externalUserId":"', p.id, '"}'), ${tags})`)}, '${RULE}', p.id,
       CONCAT('benchguide', s.seq % 997), IF(${isWaiting}, 'waiting', IF(s.seq % 400 = 0, 'failed', 'done')), ${at}, 1,
       IF(${isWaiting}, NULL, 'null'), ${at}, IF(${isWaiting}, NULL, ${at}), IF(${isWaiting}, NULL, ${at} + 200)`,
  )
  await fill(
    'timeline',
    notes,
    'dedupe_key, external_userid, userid, at, kind, body, reason',
    (at) =>
      `CONCAT('bench:past:', s.seq), p.id, CONCAT('benchguide', s.seq % 997), ${at}, 'tag.changed', '打标签 来源/包裹卡', '${RULE}'`,
  )
  const [last] = (await db.source.query('SELECT MAX(id) AS id FROM sop_entry')) as { id: string | null }[]
  const firstEntry = Number(last?.id ?? 0) + 1
  await fill(
    'sop_entry',
    journeys,
    'id, sop, version, external_userid, userid, entry_key, state, position, entered_at, ended_at, event, facts, end_reason',
    (at) =>
      `${firstEntry} + s.seq, 'after-first-order', 'a1b2c3d4', p.id, CONCAT('benchguide', s.seq % 997), CONCAT('bench:past:', s.seq),
       ELT(1 + s.seq % 3, 'finished', 'goal', 'left'), 'end', ${at}, ${at} + ${7 * DAY_MS}, ${paid}, '${FACTS}', '${RULE}'`,
  )
  const each = Math.max(1, Math.floor(steps / Math.max(1, journeys)))
  await fill(
    'sop_step',
    steps,
    'entry_id, position, kind, at, outcome, reason',
    (at) =>
      `${firstEntry} + FLOOR(s.seq / ${each}), s.seq % ${each}, ELT(1 + s.seq % 3, 'wait', 'send', 'tag'), ${at}, '${OUTCOME}', '${RULE}'`,
  )
  await filling
  await db.source.query('DROP TABLE bench_person')
}

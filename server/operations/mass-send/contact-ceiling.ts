import { type Among, eachAmong, idsAmong } from '../../core/db/among.ts'
import { count, list, number, pick, type Sql, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { durationMs } from '../../core/kernel/duration-ms.ts'
import { once, onceEach } from '../../core/kernel/once.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { startOfLastDays } from '../../records/facts/days-since-sql.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { TouchReading } from '../../records/touches/touches.ts'
import { type Ceiling, type OwnCeiling, readCeilings } from './ceiling-of.ts'
import { type RECIPIENT_TABLES, recipientsOf } from './recipients-of.ts'
import type { ChatType } from './send-states.ts'
import { SEND_RUN } from './send-tables.ts'

/** What counts against the ceiling, for each customer or group; those with nothing are left out. */
export interface Contacts {
  chatType: ChatType
  ceilingOf: (id: string) => OwnCeiling
  had: ReadonlyMap<string, number>
  /** When each was contacted last, of those for whom it is sooner than the policy wants; UTC milliseconds. */
  lately: ReadonlyMap<string, number>
  /** The send that is on its way to each; those with none are left out. */
  coming: ReadonlyMap<string, string>
  /** As of when, UTC milliseconds. */
  nowMs: number
}

export interface CeilingDeps {
  ceiling: () => Ceiling
  /** Of customers; groups are on no level. */
  facts?: Pick<CustomerFacts, 'of'>
  touches: TouchReading
}

/** What counts of some customers, or groups; each thing is read once. */
export interface Ledger {
  /** How much each has had since then, UTC milliseconds, with what is on its way; those with nothing are left out. */
  hadSince(sinceMs: number): Promise<ReadonlyMap<string, number>>
  /** What counts against the ceiling; undefined: there is none. */
  contacts(): Promise<Contacts | undefined>
  /** What holds for each; undefined: there is no ceiling. */
  ceilings(): Promise<((id: string) => OwnCeiling) | undefined>
}

/** Of these customers, or groups, as of `nowMs`. */
export function readLedger(
  tx: ReadTx,
  { ceiling: current, touches, facts }: CeilingDeps,
  { among, nowMs, chatType = 'single' }: { among: Among; nowMs: number; chatType?: ChatType },
): Ledger {
  const ceiling = current()
  const isNobody = idsAmong(among).length === 0
  const way = once(() => onTheirWay(tx, among, chatType))
  const hadSince = onceEach(async (sinceMs: number): Promise<ReadonlyMap<string, number>> => {
    const had = await touches.countsSince(tx, among, sinceMs)
    for (const [id, n] of await way()) had.set(id, (had.get(id) ?? 0) + n)
    return had
  })
  const ceilings = once(async () => {
    if (ceiling === undefined) return undefined
    return facts === undefined ? () => ceiling : readCeilings(tx, { facts }, { ceiling, among, nowMs })
  })
  return {
    hadSince,
    ceilings,
    contacts: once(async () => {
      const ceilingOf = await ceilings()
      if (ceiling === undefined || ceilingOf === undefined || isNobody) return undefined
      const had = await hadSince(startOfLastDays(ceiling.days, nowMs))
      const { apart } = ceiling
      const lately =
        apart === undefined
          ? new Map<string, number>()
          : await touches.lastSince(tx, among, nowMs - durationMs(apart) + 1)
      const ids = [...(await way()).keys()]
      // It may arrive at any moment.
      if (apart !== undefined) for (const id of ids) lately.set(id, nowMs)
      return { chatType, ceilingOf, had, lately, coming: await comingTo(tx, ids, chatType), nowMs }
    }),
  }
}

/** The name of the latest send that is on its way to each of these. */
async function comingTo(tx: ReadTx, ids: readonly string[], chatType: ChatType): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const { table, whose } = recipientsOf({ chat_type: chatType })
  const latest = await tx.rows(
    sql`SELECT ${select({ id: whose, runId: number(sql`MAX(${table.run_id})`) })} FROM ${table}
        WHERE ${whose} IN ${list(ids)} AND ${isComing(table)} GROUP BY ${whose}`,
  )
  const runIds = [...new Set(latest.map(({ runId }) => runId))]
  if (runIds.length === 0) return new Map()
  const runs = await tx.rows(
    sql`SELECT ${pick(SEND_RUN, 'id', 'send_name')} FROM ${SEND_RUN} WHERE ${SEND_RUN.id} IN ${list(runIds)}`,
  )
  const names = new Map(runs.map((run) => [run.id, run.send_name]))
  return new Map(latest.map(({ id, runId }) => [id, names.get(runId) ?? `#${runId}`]))
}

const isComing = (table: (typeof RECIPIENT_TABLES)[number]): Sql =>
  sql`(${table.outcome} = 'planned' OR (${table.outcome} = 'sent' AND ${table.note_due} = 1))`

/** Mass messages of any send that these customers, or groups, are to get and nobody knows the end of, or that arrived and are not
 *  written down as a touch yet. */
export async function onTheirWay(
  tx: ReadTx,
  among: Among,
  chatType: ChatType = 'single',
): Promise<Map<string, number>> {
  const { table, whose } = recipientsOf({ chat_type: chatType })
  const rows = await eachAmong(whose, among, (isAmong) =>
    tx.rows(
      sql`SELECT ${select({ id: whose, n: count() })} FROM ${table}
          WHERE ${isAmong} AND ${isComing(table)} GROUP BY ${whose}`,
    ),
  )
  return new Map(rows.map(({ id, n }) => [id, n]))
}

/** Why this customer, or group, is left in peace; undefined: may be contacted. */
export function overCeiling(contacts: Contacts | undefined, whose: string): string | undefined {
  if (contacts === undefined) return undefined
  const { days, most, apart, tier } = contacts.ceilingOf(whose)
  const zh =
    contacts.chatType === 'group' ? { had: '这个群已发过', lately: '刚发过' } : { had: '已联系', lately: '刚联系过' }
  const had = contacts.had.get(whose) ?? 0
  const coming = contacts.coming.get(whose)
  const withIt = coming === undefined ? '' : `（算上路上的「${coming}」）`
  if (had >= most)
    return `${days} 天内${zh.had} ${had} 次${withIt}，${tier === undefined ? '' : `「${tier}」`}最多 ${most} 次`
  const lastMs = contacts.lately.get(whose)
  if (apart === undefined || lastMs === undefined) return undefined
  return lastMs >= contacts.nowMs
    ? `还有一条${coming === undefined ? '' : `「${coming}」`}正在路上，两次之间至少隔 ${apart}`
    : `${shanghaiText(lastMs)} ${zh.lately}，两次之间至少隔 ${apart}`
}

import { alias } from '../../core/db/define-table.ts'
import { count, pick, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { SEND_BATCH, SEND_RECIPIENT, SEND_SENDER } from './send-tables.ts'

/** One guide of a run for which WeCom chooses who sends. */
export interface ChosenSender {
  userId: string
  /** Customers to whom they were expected to send. */
  expected: number
  /** To whom they send; undefined: WeCom has not told yet whom it has chosen. */
  real: number | undefined
  /** UTC milliseconds; of the last of their tasks, undefined while one waits. */
  confirmedAtMs: number | undefined
}

export interface ChosenSenders {
  /** Customers to whom whoever was expected sends. */
  asExpected: number
  /** To whom somebody else does. */
  byAnother: number
  /** Of whom WeCom has not told yet who does. */
  unknown: number
  senders: ChosenSender[]
}

const r = alias(SEND_RECIPIENT, 'r')
const b = alias(SEND_BATCH, 'b')
const q = alias(SEND_SENDER, 'q')

/** Who was expected to send beside who does; undefined: its senders were named. Reads only. */
export async function chosenSenders(tx: ReadTx, runId: number): Promise<ChosenSenders | undefined> {
  const senders = await tx.rows(
    sql`SELECT ${pick(q, 'batch_id', 'userid', 'chosen', 'read_at', 'confirmed_at')} FROM ${b} JOIN ${q} ON ${q.batch_id} = ${b.id}
        WHERE ${b.run_id} = ${runId} ORDER BY ${q.userid}`,
  )
  if (senders.length === 0) return undefined
  const pair = {
    batchId: r.batch_id,
    expected: words(sql`${r.expected_userid}`),
    real: words(sql`${r.userid}`),
    many: count(),
  }
  const pairs = await tx.rows(
    sql`SELECT ${select(pair)} FROM ${r} WHERE ${r.run_id} = ${runId} AND ${r.batch_id} IS NOT NULL AND ${r.expected_userid} IS NOT NULL
        GROUP BY ${r.batch_id}, ${r.expected_userid}, ${r.userid}`,
  )
  const isRead = new Set(senders.flatMap((one) => (one.read_at === null ? [] : [`${one.batch_id} ${one.userid}`])))
  const isKnown = ({ batchId, real }: (typeof pairs)[number]): boolean => isRead.has(`${batchId} ${real}`)
  const sumOf = (of: (one: (typeof pairs)[number]) => boolean): number =>
    pairs.filter(of).reduce((sum, { many }) => sum + many, 0)
  const tellsAny = senders.some(({ chosen }) => chosen === 1)
  return {
    asExpected: sumOf((one) => isKnown(one) && one.real === one.expected),
    byAnother: sumOf((one) => isKnown(one) && one.real !== one.expected),
    unknown: sumOf((one) => !isKnown(one)),
    senders: [...new Set(senders.map(({ userid }) => userid))].map((userId) => {
      const own = senders.filter((one) => one.userid === userId && one.chosen === 1)
      const confirmed = own.flatMap(({ confirmed_at }) => confirmed_at ?? [])
      return {
        userId,
        expected: sumOf((one) => one.expected === userId),
        real: tellsAny ? sumOf((one) => isKnown(one) && one.real === userId) : undefined,
        confirmedAtMs: own.length > 0 && confirmed.length === own.length ? Math.max(...confirmed) : undefined,
      }
    }),
  }
}

import type { Db } from '../../../core/db/db.ts'
import { raw } from '../../../core/db/sql.ts'
import type { Row } from '../../../core/db/tx.ts'
import { DAY_MS, startOfShanghaiDay } from '../../../core/kernel/shanghai.ts'
import { createEmit } from '../../../engine/inbox/emit.ts'
import type { RuleBook } from '../../../rules/book/rule-book.ts'
import { EMPTY_BOOK } from '../../../rules/rule-book-holder.ts'
import type { RfmRule } from '../../../rules/schema/rfm-rule.ts'
import { insertRows } from '../../../testing/insert-rows.ts'
import { createTestKit } from '../../../testing/test-kit.ts'
import { orderQueries } from '../../orders/order-queries.ts'
import { storedConsents } from '../../privacy/consents.ts'
import { CONSENT, type ConsentState } from '../../privacy/privacy-tables.ts'
import { createScores, type ScoresDeps } from '../scores.ts'

/** Of `to`, `from` is absent where somebody had bought nothing, and `to` where nothing is left. */
export interface Told {
  externalUserId: string
  from?: string
  to?: string
}

/** Scores over a database of their own, with real orders and real words of customers. Begins at eight in the evening. */
export async function openScoreScene(rule: RfmRule) {
  const kit = await createTestKit('2026-11-22T20:00:00+08:00')
  const { clock } = kit
  let book: RuleBook = { ...EMPTY_BOOK, rfm: { value: rule, version: 'aaaaaaaaaaaa' } }
  /** A process of its own. */
  const open = (current: () => RuleBook, more: Partial<ScoresDeps> = {}) => {
    const scores = createScores({
      ...{ db: kit.db, clock, orders: { queries: orderQueries }, rules: { current } },
      emit: createEmit({ clock, nudge: () => undefined }),
      privacy: { consents: storedConsents(clock) },
      ...more,
    })
    return async (): Promise<void> => {
      for (const job of scores.jobs) await job.run()
    }
  }
  const run = open(() => book)
  const rowsOf = <Found>(text: string): Promise<Readonly<Found>[]> => kit.db.tx((tx) => tx.rows(raw<Found>(text)))
  // Makes its row, and by the first look at a file nobody moves.
  await run()
  await run()

  return {
    ...kit,
    open,
    run,
    rowsOf,
    db: kit.db as Db,
    use: (value: RfmRule, version: string): void => {
      book = { ...book, rfm: { value, version } }
    },
    /** So many nights later, each of them looked at at three. */
    nights: async (count = 1): Promise<void> => {
      for (let night = 0; night < count; night++) {
        const todayMs = startOfShanghaiDay(clock.now()) + DAY_MS / 8
        clock.set(todayMs > clock.now() ? todayMs : todayMs + DAY_MS)
        await run()
      }
    },
    insert: (table: string, rows: readonly Row[]) => kit.db.tx((tx) => insertRows(tx, table, rows)),
    /** One paid order. */
    buy: (externalUserId: string, fen: number, { atMs = clock.now(), shop = '商城' } = {}) =>
      kit.db.tx((tx) =>
        insertRows(tx, 'shop_order', [
          {
            ...{ order_id: `${externalUserId}-${atMs}-${shop}`, source: shop, external_userid: externalUserId },
            ...{ status: 'paid', total_fen: fen, created_at: atMs, paid_at: atMs },
          },
        ]),
      ),
    refund: (externalUserId: string) =>
      kit.db.tx((tx) =>
        tx.run(raw(`UPDATE shop_order SET status = 'refunded' WHERE external_userid = ?`, [externalUserId])),
      ),
    /** What a customer says of being judged by machines. */
    say: (externalUserId: string, state: ConsentState, untilMs: number | null = null) =>
      kit.db.tx((tx) =>
        tx.insert(CONSENT, {
          ...{ external_userid: externalUserId, kind: 'profiling', state, source: 'guide' },
          ...{ at: clock.now(), until_at: untilMs },
        }),
      ),
    names: async (): Promise<Record<string, string | null>> => {
      const rows = await rowsOf<{ id: string; name: string | null }>(
        'SELECT external_userid AS id, name FROM customer_score ORDER BY external_userid',
      )
      return Object.fromEntries(rows.map(({ id, name }) => [id, name]))
    },
    /** When they came to be called as they are. */
    sinces: async (): Promise<Record<string, number | null>> => {
      const rows = await rowsOf<{ id: string; since: number | string | null }>(
        'SELECT external_userid AS id, since FROM customer_score ORDER BY external_userid',
      )
      return Object.fromEntries(rows.map(({ id, since }) => [id, since === null ? null : Number(since)]))
    },
    /** Moves that are kept, oldest first. */
    moves: async (): Promise<string[]> =>
      (
        await rowsOf<{ who: string; was: string | null; became: string | null }>(
          'SELECT external_userid AS who, from_name AS was, to_name AS became FROM score_move ORDER BY id',
        )
      ).map(({ who, was, became }) => `${who} ${was ?? ''}→${became ?? ''}`),
    /** Moves that others heard of. */
    told: async (): Promise<string[]> =>
      (await rowsOf<{ payload: string }>(`SELECT payload FROM inbound_event WHERE kind = 'rfm.moved' ORDER BY id`)).map(
        ({ payload }) => {
          const { externalUserId, from = '', to = '' } = JSON.parse(payload) as Told
          return `${externalUserId} ${from}→${to}`
        },
      ),
  }
}
export type ScoreScene = Awaited<ReturnType<typeof openScoreScene>>

import { type Executor, execute } from '../actions/action-kind.ts'
import type { Outbox } from '../actions/outbox.ts'
import type { Customers } from '../customers/customers.ts'
import { type Relation, toRelation } from '../customers/relation.ts'
import type { Tx } from '../db/tx.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import { HOUR_MS, MINUTE_MS } from '../kernel/shanghai.ts'
import type { Orders } from '../orders/orders.ts'
import type { Staff } from '../staff/staff.ts'
import type { Tags } from '../tags/tags.ts'
import type { Wecom } from '../wecom/wecom.ts'
import { WecomError } from '../wecom/wecom-error.ts'
import { type RelationsPart, SyncRelations, SyncStaff } from './sync-actions.ts'
import { addParts, addRelations, beginRun, failRun, finishPart, finishRun, readRun } from './sync-run.ts'

export interface FirstSyncDeps {
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  clock: Clock
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  outbox: Outbox
  wecom: Pick<Wecom, 'contacts'>
  staff: Pick<Staff, 'read' | 'recordListing'>
  tags: Pick<Tags, 'askForListing'>
  customers: Pick<Customers, 'recordReading'>
  orders: Pick<Orders, 'matchWaiting'>
  groups: { refreshAll(tx: Tx): Promise<void> }
}

interface PageReading {
  relations: Relation[]
  next: string | null
  readAtMs: number
}

/** WeCom's most, for guides per call and relations per page. */
const GUIDES_PER_CALL = 100
const PAGE = 100
/** Members without any customer, or without a licence: nothing to read. */
const NOBODY = [84061, 701008]
const MOST_ROUNDS = 3

/** Reads the whole corp once, when Huoshui first starts: guides, tags, customers, groups. Every step is an action, so a
 *  kill goes on where it was; what is read is in use at once. Nobody who was there before is treated as new. */
export function createFirstSync(deps: FirstSyncDeps) {
  const { db, clock, log, outbox, wecom, staff, tags, customers, orders, groups } = deps

  const reason = { text: '首次启动，读取企业微信里已有的资料' }
  const askForPage = (tx: Tx, part: RelationsPart): Promise<boolean> =>
    outbox.enqueue(tx, SyncRelations, {
      key: `sync:${part.startedAtMs}:${part.userIds.length}:${part.userIds[0] ?? ''}:${part.round}:${part.page}`,
      payload: part,
      reason,
    })

  async function begin(): Promise<void> {
    const now = clock.now()
    await db.tx(async (tx) => {
      const run = await readRun(tx)
      const isResting = run?.state === 'failed' && now < (run.finishedAtMs ?? 0) + HOUR_MS
      if ((run !== undefined && run.state !== 'failed') || isResting) return
      if (!(await beginRun(tx, now))) return
      await outbox.enqueue(tx, SyncStaff, { key: `sync:${now}:staff`, payload: { startedAtMs: now }, reason })
      await tags.askForListing(tx, `sync:${now}`, reason.text)
    })
  }

  async function readPage({ userIds, cursor }: RelationsPart): Promise<PageReading> {
    const readAtMs = clock.now()
    try {
      const page = await wecom.contacts.batchByUser({
        userid_list: userIds,
        limit: PAGE,
        ...(cursor === null ? {} : { cursor }),
      })
      const list = page.external_contact_list ?? []
      const relations = list.map((row) => toRelation(row.external_contact, row.follow_info))
      return {
        relations,
        next: page.next_cursor === undefined || page.next_cursor === '' ? null : page.next_cursor,
        readAtMs,
      }
    } catch (error) {
      if (error instanceof WecomError && NOBODY.includes(error.errcode)) return { relations: [], next: null, readAtMs }
      throw error
    }
  }

  async function recordPage(tx: Tx, part: RelationsPart, { relations, next, readAtMs }: PageReading): Promise<void> {
    const identified = await customers.recordReading(tx, { relations, readAtMs })
    for (const externalUserId of identified) await orders.matchWaiting(tx, externalUserId)
    await addRelations(tx, relations.length)
    if (next !== null) await askForPage(tx, { ...part, cursor: next, page: part.page + 1 })
    else await finishPart(tx, clock.now(), { hasGap: false })
  }

  /** One guide whom WeCom refuses must not keep back the other 99. */
  async function partFailed(tx: Tx, part: RelationsPart): Promise<void> {
    const anew = { ...part, cursor: null, page: 0 }
    if (part.page > 0 && part.round < MOST_ROUNDS) {
      await askForPage(tx, { ...anew, round: part.round + 1 })
    } else if (part.userIds.length > 1) {
      await addParts(tx, part.userIds.length - 1)
      for (const userId of part.userIds) await askForPage(tx, { ...anew, userIds: [userId], round: 0 })
    } else {
      log.error({ userId: part.userIds[0] }, 'first sync could not read the customers of one guide')
      await finishPart(tx, clock.now(), { hasGap: true })
    }
  }

  const executors: Executor[] = [
    execute(SyncStaff, {
      perform: () => staff.read(),
      record: async (tx, { payload }, listing) => {
        await staff.recordListing(tx, listing)
        const { guideIds } = listing
        await addParts(tx, Math.ceil(guideIds.length / GUIDES_PER_CALL))
        for (let at = 0; at < guideIds.length; at += GUIDES_PER_CALL) {
          const userIds = guideIds.slice(at, at + GUIDES_PER_CALL)
          await askForPage(tx, { ...payload, userIds, cursor: null, page: 0, round: 0 })
        }
        await groups.refreshAll(tx)
        await finishRun(tx, clock.now())
      },
      abandoned: async (tx, _action, { errcode }) => {
        log.error({ errcode }, 'first sync could not list the guides; it begins again in an hour')
        await failRun(tx, clock.now())
      },
    }),
    execute(SyncRelations, {
      perform: ({ payload }) => readPage(payload),
      record: (tx, { payload }, page) => recordPage(tx, payload, page),
      abandoned: (tx, { payload }) => partFailed(tx, payload),
    }),
  ]

  return {
    queries: {
      /** How far it has come; undefined before the first start. */
      progress: readRun,
    },
    executors,
    jobs: [{ name: 'sync.first', everyMs: MINUTE_MS, run: begin }],
  }
}
export type FirstSync = ReturnType<typeof createFirstSync>

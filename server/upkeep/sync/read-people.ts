import type { Tx } from '../../core/db/tx.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { CUSTOMERS_OF_GUIDES } from '../../platform/wecom/api/contacts.ts'
import type { Customers } from '../../records/customers/customers.ts'
import { pairOf, type Relation } from '../../records/customers/relation.ts'
import type { Told } from '../../records/told/told.ts'
import { createReadPages, type PageReading, type ReadPagesDeps } from './read-pages.ts'
import type { Find, RunSteps } from './run-steps.ts'
import { type PagePayload, SyncCompare, SyncPage } from './sync-actions.ts'
import { idHash, type Listed, type SyncPart, syncParts } from './sync-part.ts'
import { type SyncRun, syncRuns } from './sync-run.ts'

export interface ReadPeopleDeps extends ReadPagesDeps {
  log: Pick<Logger, 'warn' | 'error'>
  outbox: Outbox
  steps: RunSteps
  customers: Pick<Customers, 'recordReading' | 'reconcile' | 'queries'>
  /** What the shop tells of people, often before we know them. */
  told: readonly Pick<Told, 'matchWaiting' | 'isAnyWaiting'>[]
}

/** WeCom's most. */
const GUIDES_PER_CALL = 100
const MOST_ROUNDS = 3

const reason = { text: '读取企业微信里的客户' }

/** All customers of all guides, some pages at a time. They are recorded in the transaction that asks for the next ones, so a
 *  kill between neither loses one nor stores one twice. */
export function createReadPeople(deps: ReadPeopleDeps) {
  const { log, outbox, steps, customers, told } = deps
  const readPages = createReadPages(deps)

  const ask = (tx: Tx, payload: PagePayload): Promise<void> =>
    outbox.enqueue(tx, SyncPage, {
      key: `sync:${payload.runId}:page:${payload.partId}:${payload.round}:${payload.page}`,
      payload,
      reason,
    })

  async function addPart(tx: Tx, runId: number, userIds: string[]): Promise<void> {
    const partId = await syncParts.add(tx, runId, 'people', userIds)
    await steps.add(tx, runId, { parts: 1 })
    await ask(tx, { runId, partId, cursor: null, page: 0, round: 0 })
  }

  async function reconcile(tx: Tx, page: PageReading, find: Find): Promise<number> {
    const since = await syncRuns.listeningSince(tx)
    const { began, accepted, noted, retagged, renewed, identified } = await customers.reconcile(tx, page, since)
    for (const { externalUserId, userId, createdAtMs } of began) {
      find({ kind: 'customer.added', subject: externalUserId, userId, sinceMs: createdAtMs })
    }
    const isNew = new Set(began.map(pairOf))
    const tell = (kind: 'customer.accepted' | 'remark.changed' | 'tags.changed', pairs: typeof retagged): void => {
      for (const pair of pairs) {
        if (!isNew.has(pairOf(pair))) find({ kind, subject: pair.externalUserId, userId: pair.userId })
      }
    }
    tell('customer.accepted', accepted)
    tell('remark.changed', noted)
    tell('tags.changed', retagged)
    await matchTold(tx, identified)
    return renewed.length
  }

  async function takeOver(tx: Tx, page: PageReading): Promise<number> {
    const { identified, renewed } = await customers.recordReading(tx, page)
    await matchTold(tx, identified)
    return renewed.length
  }

  async function matchTold(tx: Tx, identified: string[]): Promise<void> {
    if (identified.length === 0) return
    for (const source of told) {
      if (!(await source.isAnyWaiting(tx))) continue
      for (const externalUserId of identified) await source.matchWaiting(tx, externalUserId)
    }
  }

  /** What of a page we, too, take for friends, added up per guide. */
  async function addListed(tx: Tx, part: SyncPart, payload: PagePayload, relations: Relation[]): Promise<Listed> {
    const friends = await customers.queries.friendsAmong(tx, relations)
    const listed: Listed = payload.page === 0 ? {} : part.listed
    for (const { userId, externalUserId } of friends) {
      const [count, sum] = listed[userId] ?? [0, 0]
      listed[userId] = [count + 1, sum + idHash(externalUserId)]
    }
    return listed
  }

  async function record(tx: Tx, payload: PagePayload, page: PageReading): Promise<void> {
    const { runId, partId } = payload
    const run = await steps.open(tx, runId)
    const part = await syncParts.byId(tx, partId)
    if (run === undefined || part === undefined) return
    const result = await steps.repair(tx, run, async (find) => {
      if (run.kind !== 'reconcile') return { renewed: await takeOver(tx, page), listed: undefined }
      const renewed = await reconcile(tx, page, find)
      return { renewed, listed: await addListed(tx, part, payload, page.relations) }
    })
    if (result.listed !== undefined) await syncParts.keepListed(tx, partId, result.listed)
    const progress = { relations: page.relations.length, renewed: result.renewed }
    await steps.unread(tx, runId, CUSTOMERS_OF_GUIDES, page.leftOut)
    if (page.next !== null) {
      await steps.add(tx, runId, progress)
      await ask(tx, { ...payload, cursor: page.next, page: payload.page + page.pages })
      return
    }
    if (page.unlicensed.length > 0) {
      log.warn({ runId, userIds: page.unlicensed }, 'WeCom tells nothing of guides without a licence')
    }
    if (page.isEndless) {
      log.error({ runId, partId }, 'the pages of customers went in a circle; who is not in them was not looked for')
      return steps.stepDone(tx, runId, { ...progress, gaps: 1 })
    }
    const isClean = page.unlicensed.length === 0
    if (run.kind === 'reconcile' && (isClean || part.subjects.length > page.unlicensed.length)) {
      await steps.add(tx, runId, { parts: 1 })
      await outbox.enqueue(tx, SyncCompare, {
        key: `sync:${runId}:compare:${partId}`,
        payload: { runId, partId },
        reason,
      })
    }
    await steps.stepDone(tx, runId, { ...progress, gaps: page.unlicensed.length })
  }

  /** One guide whom WeCom refuses must not keep back the other 99. */
  async function abandoned(tx: Tx, payload: PagePayload): Promise<void> {
    const { runId, partId, page, round } = payload
    const part = await syncParts.byId(tx, partId)
    if ((await steps.open(tx, runId)) === undefined || part === undefined) return
    if (page > 0 && round < MOST_ROUNDS) {
      await ask(tx, { ...payload, cursor: null, page: 0, round: round + 1 })
      return
    }
    if (part.subjects.length > 1) {
      for (const userId of part.subjects) await addPart(tx, runId, [userId])
      await steps.stepDone(tx, runId)
      return
    }
    log.error({ runId, userId: part.subjects[0] }, 'the customers of one guide could not be read')
    await steps.stepDone(tx, runId, { gaps: 1 })
  }

  const executor: Executor = execute(SyncPage, {
    perform: ({ payload }) => readPages(payload),
    record: (tx, { payload }, page) => record(tx, payload, page),
    abandoned: (tx, { payload }) => abandoned(tx, payload),
  })

  return {
    executors: [executor],
    /** Asks for all pages. */
    begin: async (tx: Tx, run: SyncRun, guideIds: string[]): Promise<void> => {
      for (let at = 0; at < guideIds.length; at += GUIDES_PER_CALL) {
        await addPart(tx, run.id, guideIds.slice(at, at + GUIDES_PER_CALL))
      }
    },
  }
}

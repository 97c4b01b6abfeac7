import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Groups } from '../../records/groups/groups.ts'
import { readSome } from './read-some.ts'
import type { Find, RunSteps } from './run-steps.ts'
import { type GroupListPayload, SyncGroupList, SyncGroups } from './sync-actions.ts'
import { syncParts } from './sync-part.ts'
import type { SyncRun } from './sync-run.ts'

export interface ReadGroupsDeps {
  db: Db
  log: Pick<Logger, 'warn'>
  outbox: Outbox
  steps: RunSteps
  groups: Pick<Groups, 'readPage' | 'readGroup' | 'recordReading' | 'queries'>
}

/** Groups per action: their members fit in memory, and their calls within one lease. */
const GROUPS_PER_STEP = 5

const reason = { text: '读取企业微信里的客户群' }

/** All customer groups with their members. Known groups that the listing lacks are read, too: WeCom's own answer says
 *  whether they were dismissed, absence does not. */
export function createReadGroups({ db, log, outbox, steps, groups }: ReadGroupsDeps) {
  const askForList = async (tx: Tx, payload: GroupListPayload): Promise<void> => {
    const key = `sync:${payload.runId}:group-list:${payload.owners?.part ?? 'all'}:${payload.page}`
    await outbox.enqueue(tx, SyncGroupList, { key, payload, reason })
  }

  async function askForGroups(tx: Tx, runId: number, chatIds: string[]): Promise<void> {
    for (let at = 0; at < chatIds.length; at += GROUPS_PER_STEP) {
      await addPart(tx, runId, chatIds.slice(at, at + GROUPS_PER_STEP))
    }
    await steps.add(tx, runId, { groups: chatIds.length })
  }

  async function addPart(tx: Tx, runId: number, chatIds: string[]): Promise<void> {
    const partId = await syncParts.add(tx, runId, 'groups', chatIds)
    await steps.add(tx, runId, { parts: 1 })
    const key = `sync:${runId}:groups:${partId}`
    await outbox.enqueue(tx, SyncGroups, { key, payload: { runId, partId }, reason })
  }

  /** What we know and no page named; only once the listing has come to its end. */
  async function unlisted(tx: Tx, run: SyncRun): Promise<string[]> {
    const listed = await syncParts.subjectsOf(tx, run.id, 'groups')
    const known = await groups.queries.knownBefore(tx, run.startedAtMs)
    return known.filter((chatId) => !listed.has(chatId))
  }

  async function recordList(tx: Tx, payload: GroupListPayload, listed: Awaited<ReturnType<typeof groups.readPage>>) {
    const { runId, owners } = payload
    const run = await steps.open(tx, runId)
    if (run === undefined) return
    if (listed.kind === 'too-many') {
      return askForList(tx, { runId, cursor: null, page: 0, owners: { part: 0, of: listed.parts } })
    }
    await askForGroups(tx, runId, listed.chatIds)
    if (listed.next !== '') return askForList(tx, { ...payload, cursor: listed.next, page: payload.page + 1 })
    if (owners !== null && owners.part + 1 < owners.of) {
      return askForList(tx, { runId, cursor: null, page: 0, owners: { ...owners, part: owners.part + 1 } })
    }
    await askForGroups(tx, runId, await unlisted(tx, run))
    await steps.stepDone(tx, runId)
  }

  async function recordGroup(
    tx: Tx,
    chatId: string,
    answer: Awaited<ReturnType<typeof groups.readGroup>>,
    find: Find,
  ): Promise<void> {
    const { isNew, dismissed, changed, joined, left } = await groups.recordReading(tx, chatId, answer)
    if (isNew) find({ kind: 'group.found', subject: chatId })
    if (dismissed) find({ kind: 'group.dismissed', subject: chatId })
    if (changed) find({ kind: 'group.changed', subject: chatId })
    if (joined > 0) find({ kind: 'group.joined', subject: chatId, amount: joined })
    if (left > 0) find({ kind: 'group.left', subject: chatId, amount: left })
  }

  const executors: Executor[] = [
    execute(SyncGroupList, {
      perform: ({ payload: { cursor, page, owners } }) => groups.readPage({ cursor, page, part: owners?.part ?? null }),
      record: (tx, { payload }, listed) => recordList(tx, payload, listed),
      abandoned: async (tx, { payload: { runId } }, { errcode }) => {
        log.warn({ runId, errcode }, 'the customer groups could not be listed')
        await steps.stepDone(tx, runId, { gaps: 1 })
      },
    }),
    execute(SyncGroups, {
      perform: async ({ payload }) => {
        const part = await db.tx((tx) => syncParts.byId(tx, payload.partId))
        const some = await readSome(part?.subjects ?? [], (chatId) => groups.readGroup(chatId))
        // Hundreds of members must not be stored with every action.
        return { ...some, toJSON: () => ({ groups: some.readings.length }) }
      },
      record: async (tx, { payload: { runId } }, { readings, left }) => {
        const run = await steps.open(tx, runId)
        if (run === undefined) return
        await steps.repair(tx, run, async (find) => {
          for (const { subject, reading } of readings) await recordGroup(tx, subject, reading, find)
        })
        if (left.length > 0) await addPart(tx, runId, left)
        await steps.stepDone(tx, runId, { groupsRead: readings.length })
      },
      abandoned: async (tx, { payload: { runId, partId } }, { errcode }) => {
        const part = await syncParts.byId(tx, partId)
        if ((await steps.open(tx, runId)) === undefined || part === undefined) return
        // One group that WeCom refuses must not keep back the others.
        const [refused, ...others] = part.subjects
        log.warn({ runId, chatId: refused, errcode }, 'a customer group could not be read')
        if (others.length > 0) await addPart(tx, runId, others)
        await steps.stepDone(tx, runId, { gaps: 1 })
      },
    }),
  ]

  return {
    executors,
    begin: (tx: Tx, run: SyncRun): Promise<void> =>
      askForList(tx, { runId: run.id, cursor: null, page: 0, owners: null }),
  }
}

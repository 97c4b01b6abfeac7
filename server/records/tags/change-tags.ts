import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { type Action, type Executor, execute, NotTogether } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import type { Alerts } from '../alerts/alerts.ts'
import { createNotServing } from '../alerts/not-serving.ts'
import { RefreshCustomer } from '../customers/customer-actions.ts'
import { TagAdded, TagRemoved } from '../customers/customer-events.ts'
import type { Pair } from '../customers/relation.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { markSettled, putOn, takeOff } from './follow-tag-store.ts'
import { isAgain } from './mark-again.ts'
import { meantSince } from './meant-since.ts'
import { createPlanTagChanges, type TagPlan } from './plan-tag-changes.ts'
import { createQueueTagChanges, type TagChange } from './queue-tag-changes.ts'
import { MarkTags, type MarkTagsPayload } from './tag-actions.ts'
import type { TagLibrary } from './tag-library.ts'
import type { CorpTag } from './tag-queries.ts'

export interface ChangeTagsDeps {
  wecom: Pick<Wecom, 'tags'>
  clock: Clock
  outbox: Outbox
  emit: Emit
  timeline: Timeline
  db: Pick<Db, 'tx' | 'statement'>
  library: Pick<TagLibrary, 'isWanted' | 'askForListing'>
  alerts: Alerts
}

export function createChangeTags(deps: ChangeTagsDeps) {
  const { wecom, clock, outbox, emit, timeline, db, library, alerts } = deps
  const notServing = createNotServing({ db, clock, alerts })

  async function send(
    payload: Pair,
    { add, remove }: Pick<TagPlan, 'add' | 'remove'>,
    actionId: number,
  ): Promise<void> {
    if (add.length === 0 && remove.length === 0) return
    try {
      await notServing.watched(payload.userId, () =>
        wecom.tags.mark({
          userid: payload.userId,
          external_userid: payload.externalUserId,
          ...(add.length === 0 ? {} : { add_tag: add.map((tag) => tag.tagId) }),
          ...(remove.length === 0 ? {} : { remove_tag: remove.map((tag) => tag.tagId) }),
        }),
      )
    } catch (error) {
      if (!isRefusedWith(error, ERRCODE.noSuchTag)) throw error
      await db.tx((tx) => library.askForListing(tx, `stale:${actionId}`, '有标签在企业微信里已被删除'))
      throw new AppError('tags.library-stale', 'a tag id is no longer valid; the library is read again', {
        retry: 'later',
        cause: error,
      })
    }
  }

  async function settle(tx: Tx, pair: Pair, actionId: number): Promise<void> {
    if (!(await markSettled(tx, pair, clock.now()))) return
    await outbox.enqueue(tx, RefreshCustomer, {
      key: `customer.refresh:tags:${actionId}`,
      externalUserId: pair.externalUserId,
      payload: { externalUserId: pair.externalUserId },
      reason: { text: '打标签期间读过资料，再读一次' },
    })
  }

  const changeAll = createQueueTagChanges({ outbox })
  const planned = createPlanTagChanges({ db, library })

  /** What a guide has taken back while a first try was put off is not done after it. */
  async function stillMeant({ id, payload, attempts }: Action<MarkTagsPayload>): Promise<MarkTagsPayload> {
    if (payload.by !== 'guide' || attempts === 1) return payload
    const since = await db.statement((tx) => meantSince(tx, id, payload, 'guide'))
    return without(payload, since)
  }

  const executor: Executor = execute(MarkTags, {
    sideBySide: true,
    perform: async (action) => {
      const { id } = action
      const payload = await stillMeant(action)
      const [todo] = await planned([payload])
      if (todo === undefined) throw new Error('a plan that was made is not there')
      await send(payload, todo, id)
      return todo
    },
    performTogether: async (actions) => {
      const payloads = lastMeantOf(actions)
      const [first] = actions
      const all = await planned(payloads).catch((error: unknown) => {
        throw new NotTogether('one of the changes cannot be planned', { cause: error })
      })
      const touched = payloads.flatMap(({ add, remove }) => [...new Set([...add, ...remove])])
      // What a rule takes off and a person has put on stays: their order counts.
      if (first === undefined || new Set(touched).size < touched.length) throw new NotTogether('a tag is meant twice')
      const sum = { add: all.flatMap(({ add }) => add), remove: all.flatMap(({ remove }) => remove) }
      await send(first.payload, sum, first.id)
      return all
    },
    record: async (tx, action, { add, remove, unknown, kept }) => {
      const { id, payload, reason } = action
      if (action.attempts > 1 || isAgain(action)) await notServing.accepted(tx, payload.userId)
      const fresh = await putOn(
        tx,
        payload,
        add.map((tag) => tag.tagId),
        { by: payload.by, reason, atMs: clock.now() },
      )
      const gone = await takeOff(
        tx,
        payload,
        remove.map((tag) => tag.tagId),
      )
      await settle(tx, payload, id)
      const { externalUserId, userId, by, via } = payload
      const text = describe({ add: add.map((tag) => tag.path), remove: remove.map((tag) => tag.path), unknown, kept })
      if (text !== '') {
        await timeline.note(tx, { key: `tag:${id}`, externalUserId, userId, kind: 'tag.changed', text, reason })
      }
      const tell = async (kind: typeof TagAdded, tags: string[]): Promise<void> => {
        if (tags.length === 0) return
        const cause = { by, ...(via === undefined ? {} : { via }) }
        await emit(tx, kind, { key: `mark:${id}`, payload: { externalUserId, userId, tags, ...cause } })
      }
      await tell(TagAdded, pathsAmong(add, fresh))
      await tell(TagRemoved, pathsAmong(remove, gone))
    },
    abandoned: async (tx, { id, payload, reason }, { errcode }) => {
      await settle(tx, payload, id)
      const why =
        errcode === ERRCODE.noRelation
          ? '：与客户还不是双向好友'
          : errcode === undefined
            ? ''
            : `（企业微信错误码 ${errcode}）`
      const { externalUserId, userId } = payload
      const text = `${describe({ add: payload.add, remove: payload.remove, unknown: [], kept: [] })}，没有成功${why}`
      await timeline.note(tx, { key: `tag:${id}`, externalUserId, userId, kind: 'tag.failed', text, reason })
    },
  })

  /** One change; false: a change with this key is known. */
  const change = async (tx: Tx, wanted: TagChange): Promise<boolean> => (await changeAll(tx, [wanted])).size > 0

  return { executor, change, changeAll }
}

const pathsAmong = (tags: CorpTag[], tagIds: string[]): string[] =>
  tags.filter((tag) => tagIds.includes(tag.tagId)).map((tag) => tag.path)

/** What a guide has tapped and taken back before it left was never done: of each tag the last tap counts. Not where one of them may have
 *  reached WeCom already: what came of it is not known here. */
function lastMeantOf(actions: readonly Action<MarkTagsPayload>[]): MarkTagsPayload[] {
  const payloads = actions.map(({ payload }) => payload)
  if (actions.some(({ payload, attempts }) => payload.by !== 'guide' || attempts > 1)) return payloads
  return payloads.map((payload, nth) => {
    const later = payloads.slice(nth + 1).flatMap(({ add, remove }) => [...add, ...remove])
    return without(payload, new Set(later))
  })
}

const without = (payload: MarkTagsPayload, paths: ReadonlySet<string>): MarkTagsPayload => ({
  ...payload,
  add: payload.add.filter((path) => !paths.has(path)),
  remove: payload.remove.filter((path) => !paths.has(path)),
})

function describe(done: { add: string[]; remove: string[]; unknown: string[]; kept: string[] }): string {
  return [
    done.add.length > 0 ? `打标签 ${done.add.join('、')}` : '',
    done.remove.length > 0 ? `移除标签 ${done.remove.join('、')}` : '',
    done.unknown.length > 0 ? `企业微信里没有标签 ${done.unknown.join('、')}，没有打上` : '',
    done.kept.length > 0 ? `保留人工打的标签 ${done.kept.join('、')}` : '',
  ]
    .filter((part) => part !== '')
    .join('；')
}

import Type from 'typebox'
import { pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { defineAction, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { watchCursor } from '../../platform/wecom/wire/pages.ts'
import { isRefusedWith, WecomEndlessList } from '../../platform/wecom/wire/wecom-error.ts'
import { CHAT_GROUP } from './group-tables.ts'
import type { RefreshGroupAction } from './refresh-group.ts'

/** One page of all customer groups (groupchat/list), to find those that no callback told us of. */
const ListGroups = defineAction(
  'group.list',
  'backfill',
  Type.Object({
    /** Begin of the round, UTC milliseconds. */
    round: Type.Number(),
    page: Type.Number(),
    cursor: Type.Union([Type.String(), Type.Null()]),
    /** Part of the guides as owners; null: of all. */
    part: Type.Union([Type.Number(), Type.Null()]),
  }),
)

export interface ListGroupsDeps {
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  clock: Clock
  outbox: Outbox
  wecom: { groups: Pick<Wecom['groups'], 'list'> }
  staff: { queries: { guideIds(tx: Tx): Promise<string[]> } }
  refresh: RefreshGroupAction
}

const g = CHAT_GROUP
const PAGE = 1_000
/** A million groups; no corp has so many. */
const MOST_PAGES = 1_000
const OWNERS_PER_CALL = 100

export type ListedGroups = { kind: 'page'; chatIds: string[]; next: string } | { kind: 'too-many'; parts: number }

export function createListGroups({ db, clock, outbox, wecom, staff, refresh }: ListGroupsDeps) {
  const enqueue = (tx: Tx, payload: { round: number; page: number; cursor: string | null; part: number | null }) =>
    outbox.enqueue(tx, ListGroups, {
      key: `group.list:${payload.round}:${payload.part ?? 'all'}:${payload.page}`,
      payload,
      reason: { text: '核对客户群列表' },
    })

  const ownersOfPart = async (part: number): Promise<string[]> => {
    const guides = await db.tx((tx) => staff.queries.guideIds(tx))
    return guides.slice(part * OWNERS_PER_CALL, (part + 1) * OWNERS_PER_CALL)
  }

  /** Groups that we know and a clean, complete round did not list: WeCom's detail says what became of them. */
  async function lookAfterUnlisted(tx: Tx, round: number): Promise<void> {
    const missing = await tx.rows(
      sql`SELECT ${pick(g, 'chat_id')} FROM ${g} WHERE ${g.dismissed_at} IS NULL AND ${g.known_at} < ${round}
            AND (${g.listed_at} IS NULL OR ${g.listed_at} < ${round})`,
    )
    for (const { chat_id } of missing) await refresh.request(tx, chat_id, 'backfill')
  }

  /** Each page is an action of its own, so that a circle of several shows only in their number. */
  async function read({
    cursor,
    part,
    page,
  }: {
    cursor: string | null
    part: number | null
    page: number
  }): Promise<ListedGroups> {
    if (page >= MOST_PAGES) throw new WecomEndlessList(`more than ${MOST_PAGES} pages of groups`)
    const goOn = watchCursor(cursor ?? undefined)
    const owners = part === null ? undefined : await ownersOfPart(part)
    if (owners?.length === 0) return { kind: 'page', chatIds: [], next: '' }
    try {
      const answer = await wecom.groups.list({
        limit: PAGE,
        ...(cursor === null ? {} : { cursor }),
        ...(owners === undefined ? {} : { owner_filter: { userid_list: owners } }),
      })
      const chatIds = answer.group_chat_list.map((chat) => chat.chat_id)
      return { kind: 'page', chatIds, next: goOn(answer.next_cursor) ?? '' }
    } catch (error) {
      if (!isRefusedWith(error, ERRCODE.rangeTooLarge) || part !== null) throw error
      const guides = await db.tx((tx) => staff.queries.guideIds(tx))
      return { kind: 'too-many', parts: Math.ceil(guides.length / OWNERS_PER_CALL) }
    }
  }

  return {
    /** For the sync: one page of the chat ids. Safe to repeat. */
    read,
    /** Lists all groups and reads the unknown ones and those of which something was heard. Durable: goes on after a
     *  crash. Safe to repeat; two of the same millisecond are one. */
    start: async (tx: Tx): Promise<void> => {
      await enqueue(tx, { round: clock.now(), page: 0, cursor: null, part: null })
    },

    executor: execute(ListGroups, {
      perform: ({ payload }) => read(payload),
      record: async (tx, { payload }, listed) => {
        if (listed.kind === 'too-many') {
          for (let part = 0; part < listed.parts; part++) await enqueue(tx, { ...payload, page: 0, cursor: null, part })
          return
        }
        const { round, page, part } = payload
        for (const chatId of listed.chatIds) {
          const isNew = (await tx.insertIgnore(g, [{ chat_id: chatId, known_at: clock.now() }])) > 0
          await tx.run(sql`UPDATE ${g} SET ${set(g, { listed_at: round })} WHERE ${g.chat_id} = ${chatId}`)
          const stale = await tx.row(
            sql`SELECT 1 FROM ${g} WHERE ${g.chat_id} = ${chatId} AND ${g.refresh_open} = 0
                  AND (${g.detail_at} IS NULL OR ${g.changes_heard} > ${g.changes_covered})`,
          )
          if (isNew || stale !== undefined) await refresh.request(tx, chatId, 'backfill')
        }
        if (listed.next !== '') await enqueue(tx, { ...payload, cursor: listed.next, page: page + 1 })
        else if (part === null) await lookAfterUnlisted(tx, round)
      },
    }),
  }
}

import Type from 'typebox'
import type { Db } from '../../core/db/db.ts'
import type { RowOf } from '../../core/db/define-table.ts'
import { all, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Lane } from '../../engine/actions/action-kind.ts'
import { defineAction, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { type GroupDetail, toGroupDetail } from './group-detail.ts'
import { CHAT_GROUP } from './group-tables.ts'
import type { Membership } from './membership.ts'
import { poolOf } from './pool-of.ts'

/** Reads a group anew (groupchat/get). At most one per group is on its way; what is heard meanwhile asks for another. */
const RefreshGroup = defineAction(
  'group.refresh',
  'event',
  Type.Object({
    chatId: Type.String(),
    /** `heard`: something changed; `check`: look again, since the answer before was none of the expected ones. */
    why: Type.Union([Type.Literal('heard'), Type.Literal('check')]),
  }),
)

export type GroupAnswer =
  | { kind: 'dismissed' }
  | { kind: 'detail'; covered: number; askedAtMs: number; detail: GroupDetail; toJSON(): object }

/** What a reading of one group changed here. */
export interface GroupChanges {
  isNew: boolean
  dismissed: boolean
  /** Name, owner or notice. */
  changed: boolean
  joined: number
  left: number
}

export interface Heard {
  /** Of the event; UTC milliseconds. */
  atMs: number
  /** LastMemVer and CurMemVer; WeCom leaves them out at times. */
  lastVersion: string | undefined
  currentVersion: string | undefined
}

export interface RefreshGroupDeps {
  db: Db
  clock: Clock
  outbox: Outbox
  rules: Pick<RuleBookHolder, 'current'>
  wecom: { groups: Pick<Wecom['groups'], 'get'> }
  membership: Membership
  /** A pool's groups or the room in them changed. */
  poolChanged(tx: Tx, pool: string): Promise<void>
}

/** WeCom's detail may lag behind its own event (doc 92122). */
const LAG_CHECKS_MS = [2 * SECOND_MS, 10 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS]
const CHECK_AGAIN_MS = 30 * SECOND_MS
/** Members who came shortly before we first heard of the group are news, too. */
const NEWS_BEFORE_KNOWN_MS = 10 * MINUTE_MS

type StoredGroup = RowOf<typeof CHAT_GROUP>
const g = CHAT_GROUP

const update = (tx: Tx, chatId: string, changes: Partial<StoredGroup>): Promise<number> =>
  tx.run(sql`UPDATE ${g} SET ${set(g, changes)} WHERE ${g.chat_id} = ${chatId}`)

export function createRefreshGroup(deps: RefreshGroupDeps) {
  const { db, clock, outbox, rules, wecom, membership, poolChanged } = deps

  const stored = (tx: Tx, chatId: string): Promise<StoredGroup | undefined> =>
    tx.row(sql`SELECT ${all(g)} FROM ${g} WHERE ${g.chat_id} = ${chatId}`)

  async function enqueue(tx: Tx, chatId: string, key: string, why: 'heard' | 'check', lane: Lane, delayMs = 0) {
    await outbox.enqueue(tx, RefreshGroup, {
      key: `group.refresh:${chatId}:${key}`,
      payload: { chatId, why },
      reason: { text: '客户群有变化，重新读取群详情' },
      lane,
      dueAtMs: clock.now() + delayMs,
    })
  }

  /** Counts a change and makes sure that a refresh is on its way. Writing first locks the row, so that `record` below
   *  cannot miss it. */
  async function request(tx: Tx, chatId: string, lane: Lane): Promise<StoredGroup | undefined> {
    await tx.insertIgnore(g, [{ chat_id: chatId, known_at: clock.now() }])
    await tx.run(sql`UPDATE ${g} SET ${g.changes_heard} = ${g.changes_heard} + 1 WHERE ${g.chat_id} = ${chatId}`)
    const group = await stored(tx, chatId)
    if (group === undefined || group.dismissed_at !== null || group.refresh_open === 1) return group
    await update(tx, chatId, { refresh_open: 1 })
    await enqueue(tx, chatId, String(group.changes_heard), 'heard', lane)
    return group
  }

  /** Events come out of order: only the newest may say which version to expect. */
  function isNewest(group: StoredGroup, heard: Heard): boolean {
    if (group.expected_at === null || heard.atMs > group.expected_at) return true
    return heard.atMs === group.expected_at && heard.currentVersion !== group.former_version
  }

  async function dismiss(tx: Tx, chatId: string, atMs: number): Promise<void> {
    await tx.insertIgnore(g, [{ chat_id: chatId, known_at: clock.now() }])
    await tx.run(
      sql`UPDATE ${g} SET ${set(g, { dismissed_at: atMs, refresh_open: 0, member_count: 0 })}
          WHERE ${g.chat_id} = ${chatId} AND ${g.dismissed_at} IS NULL`,
    )
    const group = await stored(tx, chatId)
    if (group === undefined) return
    await membership.leaveAll(tx, { chatId, name: group.name ?? '', pool: group.pool, newsFromMs: 0 })
    if (group.pool !== null) await poolChanged(tx, group.pool)
  }

  /** Is the answer older than what the newest event told? Then nothing of it is taken. */
  function lags(group: StoredGroup, version: string | undefined): boolean {
    if (group.expected_version === null || version === undefined || version === group.expected_version) return false
    const isKnownOld = version === group.former_version || version === group.member_version
    return isKnownOld && group.lag_checks < LAG_CHECKS_MS.length
  }

  async function read(chatId: string): Promise<GroupAnswer> {
    const before = await db.tx((tx) => stored(tx, chatId))
    const askedAtMs = clock.now()
    try {
      const { group_chat } = await wecom.groups.get({ chat_id: chatId, need_name: 1 })
      const detail = toGroupDetail(group_chat)
      const covered = before?.changes_heard ?? 0
      // Hundreds of members must not be stored with every action.
      const toJSON = () => ({ kind: 'detail', covered, members: detail.members.length })
      return { kind: 'detail', covered, askedAtMs, detail, toJSON }
    } catch (error) {
      if (isRefusedWith(error, ERRCODE.groupDismissed)) return { kind: 'dismissed' }
      throw error
    }
  }

  async function apply(
    tx: Tx,
    chatId: string,
    group: StoredGroup,
    detail: GroupDetail,
    newsFromMs = group.detail_at === null ? group.known_at - NEWS_BEFORE_KNOWN_MS : 0,
  ): Promise<{ joined: number; left: number }> {
    const pool = poolOf(rules.current(), { chatId, name: detail.name }) ?? null
    await update(tx, chatId, {
      name: detail.name,
      owner: detail.owner ?? null,
      notice: detail.notice ?? null,
      pool,
      created_at: detail.createdAtMs ?? null,
      member_version: detail.memberVersion ?? null,
      member_count: detail.members.length,
      detail_at: clock.now(),
      lag_checks: 0,
    })
    const moves = await membership.apply(tx, { chatId, name: detail.name, pool, newsFromMs }, detail.members)
    const hasChanged = group.detail_at === null || group.pool !== pool || group.member_count !== detail.members.length
    if (hasChanged) for (const one of new Set([pool, group.pool])) if (one !== null) await poolChanged(tx, one)
    return moves
  }

  /** Takes over a reading that no event asked for, where it differs. A group whose events are still being followed up is
   *  left to them. Joinings younger than a day are told to the rules. Safe to repeat. */
  async function recordReading(tx: Tx, chatId: string, answer: GroupAnswer): Promise<GroupChanges> {
    const none: GroupChanges = { isNew: false, dismissed: false, changed: false, joined: 0, left: 0 }
    const now = clock.now()
    const group = await stored(tx, chatId)
    if (answer.kind === 'dismissed') {
      if (group === undefined || group.dismissed_at !== null) return none
      await dismiss(tx, chatId, now)
      return { ...none, dismissed: true }
    }
    const { askedAtMs, detail } = answer
    if (group === undefined) {
      await tx.insertIgnore(g, [{ chat_id: chatId, known_at: now }])
      const fresh = await stored(tx, chatId)
      if (fresh !== undefined) await apply(tx, chatId, fresh, detail, now - DAY_MS)
      return { ...none, isNew: true }
    }
    const isFollowedUp =
      group.refresh_open === 1 || (group.detail_at ?? 0) > askedAtMs || lags(group, detail.memberVersion)
    if (group.dismissed_at !== null || isFollowedUp) return none
    if (group.detail_at === null) {
      await apply(tx, chatId, group, detail, now - DAY_MS)
      return { ...none, isNew: true }
    }
    const changed =
      group.name !== detail.name || group.owner !== (detail.owner ?? null) || group.notice !== (detail.notice ?? null)
    const isSame =
      !changed &&
      group.member_version === (detail.memberVersion ?? null) &&
      group.member_count === detail.members.length &&
      group.changes_heard <= group.changes_covered
    if (isSame) return none
    return { ...none, changed, ...(await apply(tx, chatId, group, detail)) }
  }

  return {
    /** Reads the group soon; call it for anything that may have changed. Safe to repeat. */
    request: async (tx: Tx, chatId: string, lane: Lane = 'event'): Promise<void> => {
      await request(tx, chatId, lane)
    },
    /** An event about the group came. */
    heard: async (tx: Tx, chatId: string, heard: Heard): Promise<void> => {
      const group = await request(tx, chatId, 'event')
      if (group === undefined || heard.currentVersion === undefined || !isNewest(group, heard)) return
      await update(tx, chatId, {
        expected_version: heard.currentVersion,
        former_version: heard.lastVersion ?? null,
        expected_at: heard.atMs,
        lag_checks: 0,
      })
    },
    dismiss,
    /** For the sync. Throws what groupchat/get throws; a dismissed group is an answer. Safe to repeat. */
    read,
    recordReading,

    executor: execute(RefreshGroup, {
      perform: ({ payload }) => read(payload.chatId),
      record: async (tx, { payload: { chatId, why }, lane }, answer) => {
        if (answer.kind === 'dismissed') return dismiss(tx, chatId, clock.now())
        const { covered, askedAtMs, detail } = answer
        const changes = { changes_covered: covered, ...(why === 'heard' ? { refresh_open: 0 } : {}) }
        await tx.run(
          sql`UPDATE ${g} SET ${set(g, changes)} WHERE ${g.chat_id} = ${chatId} AND ${g.changes_covered} <= ${covered}`,
        )
        const group = await stored(tx, chatId)
        if (group === undefined || group.dismissed_at !== null) return
        const isOvertaken = group.changes_covered > covered || (group.detail_at ?? 0) > askedAtMs
        if (!isOvertaken && lags(group, detail.memberVersion)) {
          await tx.run(sql`UPDATE ${g} SET ${g.lag_checks} = ${g.lag_checks} + 1 WHERE ${g.chat_id} = ${chatId}`)
          const delayMs = LAG_CHECKS_MS[group.lag_checks] ?? CHECK_AGAIN_MS
          await enqueue(tx, chatId, `lag:${group.changes_heard}:${group.lag_checks}`, 'check', 'event', delayMs)
        } else if (!isOvertaken) {
          await apply(tx, chatId, group, detail)
          const isUnexpected = group.expected_version !== null && detail.memberVersion !== group.expected_version
          if (isUnexpected && why === 'heard') {
            await enqueue(tx, chatId, `check:${group.changes_heard}`, 'check', 'event', CHECK_AGAIN_MS)
          }
        }
        if (group.refresh_open === 0 && group.changes_heard > group.changes_covered) {
          await update(tx, chatId, { refresh_open: 1 })
          await enqueue(tx, chatId, String(group.changes_heard), 'heard', lane)
        }
      },
      abandoned: async (tx, { payload: { chatId, why } }) => {
        // The hourly look finds the group again, since not everything heard of is covered.
        if (why === 'heard') await update(tx, chatId, { refresh_open: 0 })
      },
    }),
  }
}
export type RefreshGroupAction = ReturnType<typeof createRefreshGroup>

import Type from 'typebox'
import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { HOUR_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import { APP_TEXT_BYTES } from '../../core/kernel/wecom-limits.ts'
import { defineAction, type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Alerts } from '../alerts/alerts.ts'
import { outOfRange, unreachable } from '../alerts/out-of-range.ts'
import { cutToBytes } from '../media/cut-to-bytes.ts'
import { staffQueries } from './staff-queries.ts'
import { STAFF_PACE } from './staff-tables.ts'

/** A message of our app to one member. */
export const TellStaff = defineAction(
  'staff.tell',
  'event',
  Type.Object({ userId: Type.String(), text: Type.String({ minLength: 1 }) }),
)

/** A member gets at most 30 messages a minute and 1,000 an hour from one app, the rest is dropped without a word (doc
 *  90236); so each has its own turn. */
const APART_MS = HOUR_MS / 1_000
/** What of a text is told; the rest of a message is for the time behind it. */
export const TOLD_BYTES = APP_TEXT_BYTES - Buffer.byteLength('（11-25 09:59）')
/** Older than this it is no news. */
const NEWS_FOR_MS = 12 * HOUR_MS

export interface TellStaffDeps {
  clock: Clock
  outbox: Outbox
  wecom: { messages: Pick<Wecom['messages'], 'send'> }
  alerts: Alerts
}

/** Asks for messages of our app to members of staff; whoever runs carries them out. */
export function createTell({ clock, outbox }: Pick<TellStaffDeps, 'clock' | 'outbox'>) {
  /** When this member may get the next one; the turn is then taken. */
  async function turnOf(tx: Tx, userId: string): Promise<number> {
    const now = clock.now()
    const held = await tx.row(
      sql`SELECT ${pick(STAFF_PACE, 'next_at')} FROM ${STAFF_PACE} WHERE ${STAFF_PACE.userid} = ${userId}`,
    )
    const turn = Math.max(now, held?.next_at ?? now)
    await tx.upsert(STAFF_PACE, [{ userid: userId, next_at: turn + APART_MS }], ['userid'])
    return turn
  }

  /** Each of these members gets this text, once per key; former userids are followed, who has left is left out. Gives
   *  the userids of those who get it. `key`: ≤120 characters. */
  return async (
    tx: Tx,
    said: {
      key: string
      userIds: readonly string[]
      text: string
      reason: Reason
      /** Of whom the text speaks, so that it goes with them. */
      externalUserId?: string
    },
  ): Promise<string[]> => {
    const present = new Set<string>()
    for (const userId of said.userIds) present.add(await staffQueries.currentIdOf(tx, userId))
    const left = await staffQueries.leftAmong(tx, [...present])
    const told = [...present].filter((userId) => !left.has(userId))
    // WeCom takes the same words within half an hour for the same message: the time tells them apart.
    const time = `（${shanghaiText(clock.now()).slice(5)}）`
    const text = `${cutToBytes(said.text, TOLD_BYTES)}${time}`
    for (const userId of told) {
      const dueAtMs = await turnOf(tx, userId)
      await outbox.enqueue(tx, TellStaff, {
        key: `staff.tell:${said.key}:${userId}`,
        payload: { userId, text },
        reason: said.reason,
        userId,
        ...(said.externalUserId === undefined ? {} : { externalUserId: said.externalUserId }),
        dueAtMs,
        expiresAtMs: dueAtMs + NEWS_FOR_MS,
      })
    }
    return told
  }
}

/** Messages of our app to members of staff. */
export function createTellStaff({ clock, outbox, wecom, alerts }: TellStaffDeps) {
  return {
    tell: createTell({ clock, outbox }),

    executors: [
      execute(TellStaff, {
        // WeCom drops the double of a repeated call.
        perform: async ({ payload }) => {
          await wecom.messages.send({
            touser: payload.userId,
            msgtype: 'text',
            text: { content: payload.text },
            enable_duplicate_check: 1,
            duplicate_check_interval: 1_800,
          })
        },
        record: async (tx, { payload: { userId } }) => {
          for (const key of await alerts.queries.openAmong(tx, [unreachable(userId)])) await alerts.resolve(tx, key)
        },
        // An alert that nobody gets is told by its second way: that nobody gets it, too.
        abandoned: async (tx, { payload: { userId } }, { errcode }) => {
          if (errcode !== ERRCODE.noReceiver) return
          await alerts.raise(tx, outOfRange(userId, (await staffQueries.nameOf(tx, userId)) ?? userId))
        },
      }),
    ] satisfies Executor[],
  }
}

export type StaffTelling = ReturnType<typeof createTellStaff>

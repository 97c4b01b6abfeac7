import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { pagesOf } from '../../platform/wecom/wire/pages.ts'
import { isAnotherUnknown, knownMsgids, membersAmong } from './batches.ts'
import type { BatchRow } from './send-tables.ts'
import { isChosenByWecom } from './wecom-chooses.ts'

export type Found =
  | { kind: 'created'; msgid: string }
  | { kind: 'absent' }
  | { kind: 'unclear' }
  | { kind: 'too-early' }

/** WeCom's clock and ours may differ by this much. */
const SKEW_MS = 2 * MINUTE_MS
/** A task made just now may not be listed yet (reading at once answers 41063). */
const VISIBLE_AFTER_MS = 2 * MINUTE_MS

interface ListedTask {
  msgid: string
  create_time?: number
  text?: { content?: string }
}

/** Looks whether an attempt to create a batch's task, of which no answer was kept, has made one. A task is ours when
 *  its text is ours, no other batch has it and its recipients are this batch's: several batches of one guide may carry
 *  the same text. `unclear` when there is a candidate whose recipients cannot be read: then nothing may be created.
 *  Throws the client's errors (41063: later). Source: docs 93338. */
export function createFindCreated({ db, clock, wecom }: { db: Db; clock: Clock; wecom: Pick<Wecom, 'massSends'> }) {
  async function candidates({ chat_type, body_text }: BatchRow, startedAtMs: number): Promise<ListedTask[]> {
    const found: ListedTask[] = []
    const asked = {
      chat_type,
      start_time: Math.floor((startedAtMs - SKEW_MS) / 1_000),
      // The action that creates it is given up within hours, so a day holds all attempts.
      end_time: Math.floor(Math.min(clock.now() + SKEW_MS, startedAtMs + DAY_MS) / 1_000),
      filter_type: 0 as const,
      limit: 100,
    }
    for await (const page of pagesOf((more) => wecom.massSends.list({ ...asked, ...more }))) {
      const tasks: ListedTask[] = page.group_msg_list
      found.push(...tasks.filter((task) => (task.text?.content ?? '') === (body_text ?? '')))
    }
    return found
  }

  /** True: made for this batch; false: for others; undefined: the platform does not say. */
  async function isOurs(msgid: string, batch: BatchRow): Promise<boolean | undefined> {
    if (isChosenByWecom(batch)) return isOursOfSeveral(msgid, batch)
    const page = await wecom.massSends.results({ msgid, userid: batch.userid, limit: 100 })
    const ids = page.send_list.flatMap((entry) => entry.external_userid ?? entry.chat_id ?? [])
    if (ids.length > 0) return (await db.tx((tx) => membersAmong(tx, batch, ids))) > 0
    const { task_list: tasks } = await wecom.massSends.tasks({ msgid, limit: 100 })
    if (tasks.length > 0 && !tasks.some((task) => task.userid === batch.userid)) return false
    // Groups are listed only once they have got it: until then a task of this owner with this text is ours when no other
    // of ours can be it.
    const isSure = batch.chat_type === 'group' && tasks.length > 0
    return isSure && !(await db.tx((tx) => isAnotherUnknown(tx, batch))) ? true : undefined
  }

  /** The same where any guide may have it: whoever lists a customer tells whose it is. */
  async function isOursOfSeveral(msgid: string, batch: BatchRow): Promise<boolean | undefined> {
    for await (const page of pagesOf((more) => wecom.massSends.tasks({ msgid, limit: 1_000, ...more }))) {
      for (const { userid } of page.task_list) {
        const { send_list } = await wecom.massSends.results({ msgid, userid, limit: 100 })
        const ids = send_list.flatMap((entry) => entry.external_userid ?? [])
        if (ids.length > 0) return (await db.tx((tx) => membersAmong(tx, batch, ids))) > 0
      }
    }
    return undefined
  }

  return async (batch: BatchRow): Promise<Found> => {
    if (batch.started_at === null) return { kind: 'absent' }
    if (clock.now() - batch.started_at < VISIBLE_AFTER_MS) return { kind: 'too-early' }
    const listed = await candidates(batch, batch.started_at)
    const known = await db.tx((tx) =>
      knownMsgids(
        tx,
        listed.map((task) => task.msgid),
      ),
    )
    let isUnclear = false
    for (const { msgid } of listed.filter((task) => !known.has(task.msgid))) {
      const ours = await isOurs(msgid, batch)
      if (ours === true) return { kind: 'created', msgid }
      if (ours === undefined) isUnclear = true
    }
    return { kind: isUnclear ? 'unclear' : 'absent' }
  }
}

export type FindCreated = ReturnType<typeof createFindCreated>

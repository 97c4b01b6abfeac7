import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { type GroupDetail, textsAfter } from './group-detail.ts'
import { lags } from './lag-checks.ts'
import type { GroupAnswer } from './read-group.ts'
import { keepGroup, type StoredGroup, storedGroup } from './stored-group.ts'
import { dismissGroup, type TakeDetailDeps, takeDetail } from './take-detail.ts'

/** What a reading of one group changed here. */
export interface GroupChanges {
  isNew: boolean
  dismissed: boolean
  /** Name, owner or notice. */
  changed: boolean
  joined: number
  left: number
}

const NONE: GroupChanges = { isNew: false, dismissed: false, changed: false, joined: 0, left: 0 }

/** Takes over a reading that no event asked for, where it differs. A group whose events are still being followed up is
 *  left to them. Joinings younger than a day are told to the rules. Safe to repeat. */
export async function recordReading(
  tx: Tx,
  chatId: string,
  answer: GroupAnswer,
  deps: TakeDetailDeps,
): Promise<GroupChanges> {
  const now = deps.clock.now()
  const known = await storedGroup(tx, chatId)
  if (answer.kind === 'dismissed') {
    if (known === undefined || known.dismissed_at !== null) return NONE
    await dismissGroup(tx, chatId, now, deps)
    return { ...NONE, dismissed: true }
  }
  const { askedAtMs, detail } = answer
  if (known === undefined) await keepGroup(tx, chatId, now)
  const group = known ?? (await storedGroup(tx, chatId))
  if (group === undefined || group.dismissed_at !== null || isFollowedUp(group, askedAtMs, detail)) return NONE
  if (group.detail_at === null) {
    await takeDetail(tx, { group, detail, newsFromMs: now - DAY_MS }, deps)
    return { ...NONE, isNew: true }
  }
  const changed = hasOtherFace(group, detail)
  if (!changed && isSame(group, detail)) return NONE
  return { ...NONE, changed, ...(await takeDetail(tx, { group, detail }, deps)) }
}

const isFollowedUp = (group: StoredGroup, askedAtMs: number, detail: GroupDetail): boolean =>
  group.refresh_open === 1 || (group.detail_at ?? 0) > askedAtMs || lags(group, detail.memberVersion)

function hasOtherFace(group: StoredGroup, detail: GroupDetail): boolean {
  const { name, owner, notice } = textsAfter(group, detail)
  return group.name !== name || group.owner !== owner || group.notice !== notice
}

const isSame = (group: StoredGroup, detail: GroupDetail): boolean =>
  group.member_version === (detail.memberVersion ?? null) &&
  group.member_count === detail.members.length &&
  group.changes_heard <= group.changes_covered

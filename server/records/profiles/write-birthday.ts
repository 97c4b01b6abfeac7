import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Consents } from '../privacy/consents.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { type Birthday, birthdayText } from './birthday.ts'
import { type BirthdayTold, profileStore } from './profile-store.ts'
import { isMinor, restrictMinor } from './restrict-minors.ts'

export interface WriteBirthdayDeps {
  clock: Clock
  timeline: Pick<Timeline, 'note'>
  consents: Pick<Consents, 'record' | 'ofCustomer'>
}

/** Keeps a birthday and notes it on the timeline; `who`: the sender as a guide reads it. True when it is new. */
export async function writeBirthday(
  tx: Tx,
  { externalUserId, who, ...told }: BirthdayTold & { externalUserId: string; who: string },
  { clock, timeline, consents }: WriteBirthdayDeps,
): Promise<boolean> {
  if (!(await profileStore.setBirthday(tx, externalUserId, told))) return false
  const { month, day } = told.birthday
  const isRestricted = isMinor(told.birthday, clock.now()) && (await restrictMinor(tx, externalUserId, consents))
  await timeline.note(tx, {
    key: `profile:birthday:${externalUserId}:${told.atMs}:${birthdayText(told.birthday)}`,
    externalUserId,
    userId: told.userId,
    kind: 'profile.birthday',
    text: `${who}记下生日 ${month} 月 ${day} 日${isRestricted ? '；不满十四周岁，不再自动联系和画像' : ''}`,
  })
  return true
}

export interface BirthdayByGuide {
  externalUserId: string
  userId: string
  guideName: string
  /** Undefined forgets it. */
  birthday: Birthday | undefined
}

/** What a guide says of a birthday; holds from now on. */
export async function writeByGuide(
  tx: Tx,
  { externalUserId, userId, guideName, birthday }: BirthdayByGuide,
  deps: WriteBirthdayDeps,
): Promise<void> {
  const { clock, timeline } = deps
  const atMs = clock.now()
  if (birthday !== undefined) {
    await writeBirthday(tx, { externalUserId, birthday, by: 'guide', userId, atMs, who: guideName }, deps)
  } else if (await profileStore.forgetBirthday(tx, externalUserId)) {
    await timeline.note(tx, {
      key: `profile:birthday:${externalUserId}:${atMs}:none`,
      externalUserId,
      userId,
      kind: 'profile.birthday',
      text: `${guideName}清除了生日`,
    })
  }
}

import type { Tx } from '../../core/db/tx.ts'
import { shanghaiParts } from '../../core/kernel/shanghai.ts'
import { erasedAtMs, type KnownNames, matchGiven } from '../customers/given-customer.ts'
import type { Erasures } from '../privacy/erasures.ts'
import { birthdayText, readBirthday } from './birthday.ts'
import type { ProfileMessage } from './profile-body.ts'
import { waitingProfiles } from './waiting-profiles.ts'
import { type WriteBirthdayDeps, writeBirthday } from './write-birthday.ts'

export interface RecordProfileDeps extends WriteBirthdayDeps {
  customers: KnownNames
  erasures: Pick<Erasures, 'erasedAtMs'>
}

export interface RecordedProfile {
  result: 'stored' | 'unchanged'
  /** Whether we know whose it is. */
  matched: boolean
}

/** The sender, on a timeline. */
const SHOP = '商城'

/** Keeps what the shop told, for its customer or until that customer is known; the same twice changes nothing. */
export async function recordProfile(
  tx: Tx,
  { names, birthday }: ProfileMessage,
  deps: RecordProfileDeps,
): Promise<RecordedProfile> {
  const { clock, customers, erasures } = deps
  const match = await matchGiven(tx, customers, names)
  if (birthday === undefined) return { result: 'unchanged', matched: match !== undefined }
  const atMs = clock.now()
  if (match === undefined) {
    // The shop tells everybody's birthdays again and again: of who was erased none waits.
    if ((await erasedAtMs(tx, names, erasures)) !== undefined) return { result: 'unchanged', matched: false }
    await waitingProfiles.keep(tx, names, birthdayText(birthday), atMs)
    return { result: 'stored', matched: false }
  }
  const { externalUserId } = match
  const isNew = await writeBirthday(tx, { externalUserId, birthday, by: 'shop', atMs, who: SHOP }, deps)
  return { result: isNew ? 'stored' : 'unchanged', matched: true }
}

/** Gives what waits to its customer, if they are known by now. Safe to repeat. */
export async function settleProfile(tx: Tx, id: number, deps: RecordProfileDeps): Promise<boolean> {
  const { clock, customers } = deps
  const waiting = await waitingProfiles.find(tx, id)
  if (waiting === undefined) return false
  const match = await matchGiven(tx, customers, waiting)
  if (match === undefined) return false
  const birthday = readBirthday(waiting.birthday, shanghaiParts(clock.now()).year)
  if (birthday !== undefined) {
    const { externalUserId } = match
    const told = { externalUserId, birthday, by: 'shop', atMs: waiting.told_at, who: SHOP } as const
    await writeBirthday(tx, told, deps)
  }
  await waitingProfiles.drop(tx, id)
  return true
}

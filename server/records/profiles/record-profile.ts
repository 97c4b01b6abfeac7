import type { Tx } from '../../core/db/tx.ts'
import { shanghaiParts } from '../../core/kernel/shanghai.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { erasedAtMs, type KnownNames, matchGiven } from '../customers/given-customer.ts'
import type { Erasures } from '../privacy/erasures.ts'
import { type Birthday, birthdayText, readBirthday } from './birthday.ts'
import { readFieldValue } from './field-value.ts'
import type { ProfileMessage, ToldFields } from './profile-body.ts'
import { fieldsWaiting, waitingProfiles } from './waiting-profiles.ts'
import { type WriteBirthdayDeps, writeBirthday } from './write-birthday.ts'
import { writeFields } from './write-fields.ts'

export interface RecordProfileDeps extends WriteBirthdayDeps {
  customers: KnownNames
  erasures: Pick<Erasures, 'erasedAtMs'>
  rules: Pick<RuleBookHolder, 'current'>
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
  { names, birthday, fields }: ProfileMessage,
  deps: RecordProfileDeps,
): Promise<RecordedProfile> {
  const { clock, customers, erasures } = deps
  const match = await matchGiven(tx, customers, names)
  if (birthday === undefined && Object.keys(fields).length === 0) {
    return { result: 'unchanged', matched: match !== undefined }
  }
  const atMs = clock.now()
  if (match === undefined) {
    // The shop tells everybody's birthdays again and again: of who was erased none waits.
    if ((await erasedAtMs(tx, names, erasures)) !== undefined) return { result: 'unchanged', matched: false }
    await waitingProfiles.keep(tx, names, { birthday: birthday && birthdayText(birthday), fields }, atMs)
    return { result: 'stored', matched: false }
  }
  const isNew = await write(tx, { externalUserId: match.externalUserId, birthday, fields, atMs }, deps)
  return { result: isNew ? 'stored' : 'unchanged', matched: true }
}

/** True when something is new. A field that was taken out of profile.yaml meanwhile is left out. */
async function write(
  tx: Tx,
  told: { externalUserId: string; birthday: Birthday | undefined; fields: ToldFields; atMs: number },
  deps: RecordProfileDeps,
): Promise<boolean> {
  const { externalUserId, birthday, atMs } = told
  const by = { externalUserId, by: 'shop', atMs, who: SHOP } as const
  const isBorn = birthday !== undefined && (await writeBirthday(tx, { ...by, birthday }, deps))
  const fields = deps.rules.current().fields.flatMap((field) => {
    const values = readFieldValue(field, told.fields[field.field])
    return values === undefined ? [] : [{ field, values }]
  })
  return (await writeFields(tx, { ...by, fields }, deps.timeline)) || isBorn
}

/** Gives what waits to its customer, if they are known by now. Safe to repeat. */
export async function settleProfile(tx: Tx, id: number, deps: RecordProfileDeps): Promise<boolean> {
  const { clock, customers } = deps
  const waiting = await waitingProfiles.find(tx, id)
  if (waiting === undefined) return false
  const match = await matchGiven(tx, customers, waiting)
  if (match === undefined) return false
  const birthday = readBirthday(waiting.birthday, shanghaiParts(clock.now()).year)
  const { externalUserId } = match
  await write(tx, { externalUserId, birthday, fields: fieldsWaiting(waiting), atMs: waiting.told_at }, deps)
  await waitingProfiles.drop(tx, id)
  return true
}

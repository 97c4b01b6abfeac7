import type { Tx } from '../../core/db/tx.ts'
import { shanghaiParts } from '../../core/kernel/shanghai.ts'
import type { PhoneHash } from '../customers/phone-hash.ts'
import { createTold, type ToldDeps } from '../told/told.ts'
import { type Birthday, readBirthday } from './birthday.ts'
import { fieldStore } from './field-store.ts'
import { parseProfile } from './profile-body.ts'
import { profileStore } from './profile-store.ts'
import { type RecordProfileDeps, recordProfile, settleProfile } from './record-profile.ts'
import { waitingProfiles } from './waiting-profiles.ts'
import { type BirthdayByGuide, writeByGuide } from './write-birthday.ts'
import { type FieldsTold, writeFields } from './write-fields.ts'

export type ProfilesDeps = RecordProfileDeps & ToldDeps & { phoneHash: PhoneHash }

/** What the shop or a guide knows about a customer beyond WeCom: the birthday, and the fields of profile.yaml. */
export function createProfiles(deps: ProfilesDeps) {
  const { clock, phoneHash } = deps
  const thisYear = (): number => shanghaiParts(clock.now()).year
  return {
    /** POST /api/profiles: `200 { result, matched }`; what is told of unknown people waits for them. */
    ...createTold(deps, {
      name: 'profiles',
      path: '/api/profiles',
      parse: (value) => parseProfile(value, { thisYear: thisYear(), phoneHash, declared: deps.rules.current().fields }),
      record: (tx, message) => recordProfile(tx, message, deps),
      waiting: waitingProfiles.rows,
      settle: (tx, id) => settleProfile(tx, id, deps),
    }),
    queries: {
      birthdayOf: profileStore.birthdayOf,
      birthdaysOf: profileStore.birthdaysOf,
      fieldsOf: fieldStore.ofCustomer,
    },
    /** Whoever reads fields to write them holds them first. */
    holdFields: fieldStore.hold,
    /** As a guide writes it; undefined for what is no birthday. */
    readBirthday: (text: string): Birthday | undefined => readBirthday(text, thisYear()),
    /** As a guide writes them; true when something is new. */
    setFields: (tx: Tx, said: Omit<FieldsTold, 'by' | 'atMs'>): Promise<boolean> =>
      writeFields(tx, { ...said, by: 'guide', atMs: clock.now() }, deps.timeline),
    setByGuide: (tx: Tx, said: BirthdayByGuide): Promise<void> => writeByGuide(tx, said, deps),
  }
}
export type Profiles = ReturnType<typeof createProfiles>

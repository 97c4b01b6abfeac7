import Type, { type Static } from 'typebox'
import { checkedBody, invalidBody } from '../../engine/http/checked-body.ts'
import type { ProfileField } from '../../rules/schema/profile-rules.ts'
import { GivenCustomer, type GivenNames, givenNames } from '../customers/given-customer.ts'
import type { PhoneHash } from '../customers/phone-hash.ts'
import { type Birthday, readBirthday } from './birthday.ts'
import { readFieldValue } from './field-value.ts'

const Told = Type.Union([
  Type.String({ maxLength: 1_000 }),
  Type.Number(),
  Type.Array(Type.String(), { maxItems: 30 }),
  Type.Null(),
])
/** Body of POST /api/profiles. Birthday: `1990-05-20` or `05-20`. Fields: of profile.yaml, by name; null is absent. */
const ProfileBody = Type.Object({
  customer: GivenCustomer,
  birthday: Type.Optional(Type.String({ maxLength: 10 })),
  fields: Type.Optional(Type.Record(Type.String(), Told, { maxProperties: 30 })),
})
const ABOUT = { what: 'profiles', zh: '资料' }

export interface ProfileMessage {
  /** At least one. */
  names: GivenNames
  birthday: Birthday | undefined
  /** As they were told, each of which its field can have. */
  fields: ToldFields
}

export type ToldFields = Readonly<Record<string, string | number | string[]>>

/** `thisYear`: nobody is born later. `declared`: of profile.yaml. Throws profiles.invalid (400) naming fields, never their
 *  values. */
export function parseProfile(
  value: unknown,
  { thisYear, phoneHash, declared }: { thisYear: number; phoneHash: PhoneHash; declared: readonly ProfileField[] },
): ProfileMessage {
  const { customer, birthday: text, fields: told = {} } = checkedBody(ProfileBody, value, ABOUT)
  const birthday = text === undefined ? undefined : readBirthday(text, thisYear)
  if (text !== undefined && birthday === undefined) {
    throw invalidBody(['/birthday must be a day like 1990-05-20 or 05-20'], ABOUT)
  }
  const names = givenNames(customer, phoneHash)
  if (Object.values(names).every((name) => name === null)) {
    throw invalidBody(['/customer needs one of externalUserId, unionId, phone'], ABOUT)
  }
  return { names, birthday, fields: knownFields(told, declared) }
}

function knownFields(told: Static<typeof ProfileBody>['fields'] & {}, declared: readonly ProfileField[]): ToldFields {
  const given = Object.entries(told).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]))
  const faults = given.flatMap(([name, value]) => {
    const field = declared.find((one) => one.field === name)
    if (field === undefined) return [`/fields has one that profile.yaml does not declare: ${name.slice(0, 40)}`]
    return readFieldValue(field, value) === undefined ? [`/fields/${name} is not ${WANTED[field.type]}`] : []
  })
  if (faults.length > 0) throw invalidBody(faults.slice(0, 10), ABOUT)
  return Object.fromEntries(given)
}

const WANTED: Record<ProfileField['type'], string> = {
  text: 'a text of 1 to 100 characters',
  number: 'a whole number within its bounds',
  date: 'a day like 2026-05-20',
  choice: 'one of its options',
  choices: 'a list of its options',
}

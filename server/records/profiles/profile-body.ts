import Type from 'typebox'
import { checkedBody, invalidBody } from '../../engine/http/checked-body.ts'
import { GivenCustomer, type GivenNames, givenNames } from '../customers/given-customer.ts'
import type { PhoneHash } from '../customers/phone-hash.ts'
import { type Birthday, readBirthday } from './birthday.ts'

/** Body of POST /api/profiles. Birthday: `1990-05-20` or `05-20`. */
const ProfileBody = Type.Object({
  customer: GivenCustomer,
  birthday: Type.Optional(Type.String({ maxLength: 10 })),
})
const ABOUT = { what: 'profiles', zh: '资料' }

export interface ProfileMessage {
  /** At least one. */
  names: GivenNames
  birthday: Birthday | undefined
}

/** `thisYear`: nobody is born later. Throws profiles.invalid (400) naming fields, never their values. */
export function parseProfile(
  value: unknown,
  { thisYear, phoneHash }: { thisYear: number; phoneHash: PhoneHash },
): ProfileMessage {
  const { customer, birthday: text } = checkedBody(ProfileBody, value, ABOUT)
  const birthday = text === undefined ? undefined : readBirthday(text, thisYear)
  if (text !== undefined && birthday === undefined) {
    throw invalidBody(['/birthday must be a day like 1990-05-20 or 05-20'], ABOUT)
  }
  const names = givenNames(customer, phoneHash)
  if (Object.values(names).every((name) => name === null)) {
    throw invalidBody(['/customer needs one of externalUserId, unionId, phone'], ABOUT)
  }
  return { names, birthday }
}

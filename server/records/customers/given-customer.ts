import Type, { type Static } from 'typebox'
import type { Tx } from '../../core/db/tx.ts'
import type { customerQueries } from './customer-queries.ts'
import type { PhoneHash } from './phone-hash.ts'

const NotEmpty = (maxLength: number) => Type.String({ minLength: 1, maxLength })

/** By what another program may name a customer: any of the three. */
export const GivenCustomer = Type.Object({
  externalUserId: Type.Optional(NotEmpty(64)),
  unionId: Type.Optional(NotEmpty(64)),
  phone: Type.Optional(NotEmpty(32)),
})
export type GivenCustomer = Static<typeof GivenCustomer>

/** The same as columns of a row that waits for its customer. */
export interface GivenNames {
  given_external_userid: string | null
  given_unionid: string | null
  phone_hash: string | null
}

export interface Match {
  externalUserId: string
  by: 'externalUserId' | 'unionId' | 'phone'
}

export type KnownNames = Pick<typeof customerQueries, 'exists' | 'byUnionId' | 'byPhoneHash' | 'identityOf'>

export const givenNames = ({ externalUserId, unionId, phone }: GivenCustomer, phoneHash: PhoneHash): GivenNames => ({
  given_external_userid: externalUserId ?? null,
  given_unionid: unionId ?? null,
  phone_hash: phone === undefined ? null : (phoneHash(phone) ?? null),
})

const theOnly = (ids: string[]): string | undefined => (ids.length === 1 ? ids[0] : undefined)

/** Who is meant; undefined while nobody fits, or while a phone fits two people. */
export async function matchGiven(tx: Tx, customers: KnownNames, names: GivenNames): Promise<Match | undefined> {
  const { given_external_userid: given, given_unionid: unionId, phone_hash: phone } = names
  if (given !== null && (await customers.exists(tx, given))) return { externalUserId: given, by: 'externalUserId' }
  if (unionId !== null) {
    const found = theOnly(await customers.byUnionId(tx, unionId))
    if (found !== undefined) return { externalUserId: found, by: 'unionId' }
  }
  if (phone !== null) {
    const found = theOnly(await customers.byPhoneHash(tx, phone))
    if (found !== undefined) return { externalUserId: found, by: 'phone' }
  }
  return undefined
}

import Type, { type Static } from 'typebox'
import type { Tx } from '../../core/db/tx.ts'
import { plainText } from '../../core/kernel/plain-text.ts'
import type { Erasures } from '../privacy/erasures.ts'
import type { customerQueries } from './customer-queries.ts'
import { type PhoneHash, phoneDigits } from './phone-hash.ts'

const LONGEST = 64
const Name = Type.Optional(Type.Union([Type.String({ maxLength: LONGEST }), Type.Null()]))

/** By what another program may name a customer: any of the three, or none. Empty and null are absent. */
export const GivenCustomer = Type.Optional(
  Type.Union([Type.Object({ externalUserId: Name, unionId: Name, phone: Name }), Type.Null()]),
)
export type GivenCustomer = Static<typeof GivenCustomer>

/** How a customer was named, without what is not there. */
export interface NamedCustomer {
  externalUserId?: string
  unionId?: string
  phone?: string
}

export function namedCustomer(given: GivenCustomer | undefined): NamedCustomer {
  const named: NamedCustomer = {}
  for (const key of ['externalUserId', 'unionId', 'phone'] as const) {
    const name = plainText(given?.[key] ?? '')
    // Some letters become many when they are made plain: no id has them.
    if (name !== '' && name.length <= LONGEST) named[key] = name
  }
  return named
}

/** What platforms write in its place, so that nobody has it. */
const isHidden = (phone: string): boolean => /[*#$＊]|密文/.test(phone)

/** Nobody is named but by a phone that Excel or a hand spoilt; one that the platform hides was never there. */
export const isPhoneSpoilt = (named: NamedCustomer): boolean =>
  named.phone !== undefined && !isHidden(named.phone) && whyNobody(named) !== undefined

/** Why nobody can ever be found under these names, one Chinese sentence; undefined: somebody may. */
export function whyNobody({ externalUserId, unionId, phone }: NamedCustomer): string | undefined {
  if (externalUserId !== undefined || unionId !== undefined) return undefined
  if (phone === undefined) return '没有手机号、unionId、客户ID，找不到客户'
  if (phoneDigits(phone) !== undefined) return undefined
  if (isHidden(phone)) return '手机号被打了星号或加了密，找不到客户'
  if (/\dE\+?\d/i.test(phone)) return '手机号被 Excel 变成了科学计数法，请把该列设为文本'
  if ((phone.match(/\d{7,}/g) ?? []).length > 1) return '写了两个手机号，只能写一个'
  return '手机号看不懂，找不到客户'
}

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

export function givenNames(given: GivenCustomer | undefined, phoneHash: PhoneHash): GivenNames {
  const { externalUserId, unionId, phone } = namedCustomer(given)
  return {
    given_external_userid: externalUserId ?? null,
    given_unionid: unionId ?? null,
    phone_hash: phone === undefined ? null : (phoneHash(phone) ?? null),
  }
}

/** When whoever is meant was erased, UTC milliseconds: what they did before that is not kept again. */
export const erasedAtMs = (
  tx: Tx,
  names: GivenNames,
  erasures: Pick<Erasures, 'erasedAtMs'>,
): Promise<number | undefined> =>
  erasures.erasedAtMs(tx, {
    externalUserId: names.given_external_userid,
    unionIds: names.given_unionid === null ? [] : [names.given_unionid],
    phoneHashes: names.phone_hash === null ? [] : [names.phone_hash],
  })

const theOnly = (ids: string[]): string | undefined => (ids.length === 1 ? ids[0] : undefined)

/** Two union ids are two people, whatever phone they share. */
const isAnother = async (
  tx: Tx,
  customers: KnownNames,
  externalUserId: string,
  unionId: string | null,
): Promise<boolean> => {
  if (unionId === null) return false
  const { unionId: theirs } = await customers.identityOf(tx, externalUserId)
  return theirs !== undefined && theirs !== unionId
}

/** Who is meant; undefined while nobody fits, or while a phone fits two people, or somebody of another union id. */
export async function matchGiven(tx: Tx, customers: KnownNames, names: GivenNames): Promise<Match | undefined> {
  const { given_external_userid: given, given_unionid: unionId, phone_hash: phone } = names
  if (given !== null && (await customers.exists(tx, given))) return { externalUserId: given, by: 'externalUserId' }
  if (unionId !== null) {
    const found = theOnly(await customers.byUnionId(tx, unionId))
    if (found !== undefined) return { externalUserId: found, by: 'unionId' }
  }
  if (phone !== null) {
    const found = theOnly(await customers.byPhoneHash(tx, phone))
    if (found !== undefined && !(await isAnother(tx, customers, found, unionId)))
      return { externalUserId: found, by: 'phone' }
  }
  return undefined
}

import { createHash } from 'node:crypto'
import type { GivenNames } from '../customers/given-customer.ts'

/** Of one unknown person, by all the names that were told of them, the last message is kept. */
export const personKey = ({ given_external_userid, given_unionid, phone_hash }: GivenNames): string =>
  createHash('sha256')
    .update(JSON.stringify([given_external_userid, given_unionid, phone_hash]))
    .digest('hex')

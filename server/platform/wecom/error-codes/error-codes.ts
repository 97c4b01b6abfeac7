import { customersCodes } from './customers.ts'
import { devicesCodes } from './devices.ts'
import { directoryCodes } from './directory.ts'
import type { ErrorCode } from './error-rows.ts'
import { generalCodes } from './general.ts'
import { officeCodes } from './office.ts'
import { partnersCodes } from './partners.ts'
import { providerOrdersCodes } from './provider-orders.ts'
import { providersCodes } from './providers.ts'

const TABLE = new Map<number, ErrorCode>([
  ...generalCodes,
  ...customersCodes,
  ...directoryCodes,
  ...officeCodes,
  ...partnersCodes,
  ...devicesCodes,
  ...providersCodes,
  ...providerOrdersCodes,
])

const UNKNOWN: ErrorCode = { kind: 'unknown', retry: 'never', zh: '企业微信返回了未收录的错误码' }

/** What `errcode` means and whether to try again. An unknown code is never retried: a blind repeat of a create call
 *  makes it twice, and a final refusal does not change; it ends in the dead letters, where a person sees it.
 *  Sources: global error codes (doc 90313), 41096 and 41051 (doc 92599), 45035 (doc 92118). */
export function errorCode(errcode: number): ErrorCode {
  return TABLE.get(errcode) ?? UNKNOWN
}

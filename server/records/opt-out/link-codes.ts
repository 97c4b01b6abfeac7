import { createHmac, timingSafeEqual } from 'node:crypto'

const MAC_LENGTH = 14
const CODE = /^([0-9a-z]{1,11})\.([0-9A-Za-z_-]{14})$/
const LINK = /\/t\/[0-9a-z]{1,11}\.[0-9A-Za-z_-]{14}(?![0-9A-Za-z_-])/

/** Somebody's own link stands in it, or what looks like one. */
export const holdsLink = (text: string): boolean => LINK.test(text)

/** Short names of rows that nobody can guess or change into another's: the row's number and 84 bits of an HMAC over it.
 *  `secrets`: the present one, then
 *  those before it, under which older links still count; without any there are no codes. */
export function createLinkCodes(secrets: readonly string[]) {
  const [secret] = secrets
  const macOf = (key: string, id: number): string =>
    createHmac('sha256', key).update(`opt-out link ${id}`).digest('base64url').slice(0, MAC_LENGTH)
  const isMacOf = (mac: string, key: string, id: number): boolean =>
    timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(key, id)))

  return {
    codeOf: (id: number): string | undefined =>
      secret === undefined ? undefined : `${id.toString(36)}.${macOf(secret, id)}`,
    /** Undefined: not one of ours. */
    idOf: (code: string): number | undefined => {
      const [, digits = '', mac = ''] = CODE.exec(code) ?? []
      if (mac === '') return undefined
      const id = Number.parseInt(digits, 36)
      // One spelling of each number.
      if (id.toString(36) !== digits || !Number.isSafeInteger(id)) return undefined
      return secrets.some((key) => isMacOf(mac, key, id)) ? id : undefined
    },
  }
}
export type LinkCodes = ReturnType<typeof createLinkCodes>

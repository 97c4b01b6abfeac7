import { createHmac, timingSafeEqual } from 'node:crypto'

const MAC_LENGTH = 14
const CODE = /^([0-9a-z]{1,11})\.([0-9A-Za-z_-]{14})$/
const LINK = /\/[tl]\/[0-9a-z]{1,11}\.[0-9A-Za-z_-]{14}(?![0-9A-Za-z_-])/

/** Somebody's own link stands in it, or what looks like one. */
export const holdsLink = (text: string): boolean => LINK.test(text)

/** Whose link a code is. */
export interface LinkOwner {
  /** Of the row. */
  id: number
  externalUserId: string
}

/** Short names of rows that nobody can guess or change into another's: the row's number and 84 bits of an HMAC over it and over
 *  whose it is, since a database that was put back gives numbers to others that it has given before. `secrets`: the present
 *  one, then those before it, under which older links still count; without any there are no codes. `kind`: what the link is for; a code of one kind is none of another. */
export function createLinkCodes(secrets: readonly string[], kind: string) {
  const [secret] = secrets
  const macOf = (key: string, { id, externalUserId }: LinkOwner): string =>
    createHmac('sha256', key).update(`${kind} ${id} ${externalUserId}`).digest('base64url').slice(0, MAC_LENGTH)

  return {
    codeOf: (owner: LinkOwner): string | undefined =>
      secret === undefined ? undefined : `${owner.id.toString(36)}.${macOf(secret, owner)}`,
    /** The number of the row that a code speaks of, whether it is one of ours or not; undefined: it has not their form. */
    idOf: (code: string): number | undefined => {
      const [, digits = ''] = CODE.exec(code) ?? []
      const id = Number.parseInt(digits, 36)
      // One spelling of each number.
      return Number.isSafeInteger(id) && id.toString(36) === digits ? id : undefined
    },
    isOf: (code: string, owner: LinkOwner): boolean => {
      const mac = Buffer.from(CODE.exec(code)?.[2] ?? '')
      return mac.length === MAC_LENGTH && secrets.some((key) => timingSafeEqual(mac, Buffer.from(macOf(key, owner))))
    },
  }
}
export type LinkCodes = ReturnType<typeof createLinkCodes>

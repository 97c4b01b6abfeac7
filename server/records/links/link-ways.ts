import { createHmac } from 'node:crypto'
import { pick, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { createLinkCodes } from '../opt-out/link-codes.ts'
import { TRACKED_LINK as l } from './link-tables.ts'

/** Where a code leads. */
export interface Way {
  link: string
  /** To whom it was given; undefined: it stands in a message for many. */
  externalUserId: string | undefined
  /** In which message, where its address says so. */
  through: Through | undefined
}

/** A message for many, by its number, and of a send with several versions by which of them: `send:12`, `send:12/2`. */
export type Through = `${'send' | 'moment'}:${number}` | `send:${number}/${number}`

/** `version`: from 1; undefined: there is one for all. */
export const throughSend = (runId: number, version?: number): Through =>
  version === undefined ? `send:${runId}` : `send:${runId}/${version}`

/** What it is and its numbers, as `throughSend` and moments write it. */
export function partsOf(through: Through): { what: 'send' | 'moment'; id: number; version: number | undefined } {
  const [what, numbers = ''] = through.split(':')
  const [id, version] = numbers.split('/')
  return {
    what: what === 'send' ? what : 'moment',
    id: Number(id),
    version: version === undefined ? undefined : Number(version),
  }
}

const LETTERS = { send: 's', moment: 'm' } as const
/** What comes behind the code of an address for many, so that a release that does not know it leads on all the same. */
const MARK = /^([sm])([0-9a-z]{1,7})(?:_([1-9]))?\.([\w-]{8})$/
/** Between a code and its mark. */
const BETWEEN = '~'

/** As an address has both apart. `mark`: as it came; what has not its form is left away. */
export const withMark = (code: string, mark: unknown): string =>
  typeof mark === 'string' && MARK.test(mark) ? `${code}${BETWEEN}${mark}` : code

/** Without its mark. */
export const withoutMark = (code: string): string => code.split(BETWEEN)[0] ?? code

/** Of the address of a name that many get: no row has it, and no customer is called like that. */
const ofMany = (link: string) => ({ id: 0, externalUserId: `链接 ${link}` })

/** Reads and makes the codes of tracked links. `names`: those that the rules know now. */
export function createLinkWays(secrets: readonly string[], names: () => readonly string[]) {
  const codes = createLinkCodes(secrets, 'tracked link')
  const sealOf = (key: string, link: string, through: string): string =>
    createHmac('sha256', key).update(`link through ${through} ${link}`).digest('base64url').slice(0, 8)

  function throughOf(link: string, mark: string): Through | undefined {
    const [, letter, digits = '', version, seal] = MARK.exec(mark) ?? []
    const id = Number.parseInt(digits, 36)
    const through: Through =
      letter === LETTERS.send ? throughSend(id, version === undefined ? undefined : Number(version)) : `moment:${id}`
    if (letter !== LETTERS.send && version !== undefined) return undefined
    // One spelling of each number.
    if (id.toString(36) !== digits) return undefined
    return seal !== undefined && secrets.some((key) => sealOf(key, link, through) === seal) ? through : undefined
  }

  const nameOf = (code: string): string | undefined => names().find((name) => codes.isOf(code, ofMany(name)))

  return {
    codeOf: codes.codeOf,
    /** Without a mark that is not ours: however many are made up, it is one address. Asks nobody. */
    withoutFalseMark: (marked: string): string => {
      const code = withoutMark(marked)
      const link = code === marked || codes.idOf(code) !== 0 ? undefined : nameOf(code)
      return link === undefined || throughOf(link, marked.slice(code.length + 1)) === undefined ? code : marked
    },
    /** The same for all who get this message, as an address has it behind /l/; undefined: there is no key to sign with. */
    codeForMany: (link: string, through?: Through): string | undefined => {
      const code = codes.codeOf(ofMany(link))
      const [secret] = secrets
      if (code === undefined || secret === undefined || through === undefined) return code
      const { what, id, version } = partsOf(through)
      const which = version === undefined ? '' : `_${version}`
      return `${code}?f=${LETTERS[what]}${id.toString(36)}${which}.${sealOf(secret, link, through)}`
    },
    /** Undefined: not one of ours. `marked`: with its mark, if it has one. */
    wayOf: async (tx: ReadTx, marked: string): Promise<Way | undefined> => {
      const code = withoutMark(marked)
      const id = codes.idOf(code)
      if (id === undefined) return undefined
      if (id === 0) {
        const link = nameOf(code)
        if (link === undefined) return undefined
        return { link, externalUserId: undefined, through: throughOf(link, marked.slice(code.length + 1)) }
      }
      const row = await tx.row(sql`SELECT ${pick(l, 'external_userid', 'link')} FROM ${l} WHERE ${l.id} = ${id}`)
      if (row === undefined || !codes.isOf(code, { id, externalUserId: row.external_userid })) return undefined
      return { externalUserId: row.external_userid, link: row.link, through: undefined }
    },
    /** What the browser of a customer keeps, under each key: by it nobody else can be told but that it is not the same one. */
    marksOf: (externalUserId: string): string[] =>
      secrets.map((key) =>
        createHmac('sha256', key).update(`link browser ${externalUserId}`).digest('base64url').slice(0, 22),
      ),
  }
}
export type LinkWays = ReturnType<typeof createLinkWays>

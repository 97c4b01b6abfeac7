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
}

/** Of the address of a name that many get: no row has it, and no customer is called like that. */
const ofMany = (link: string) => ({ id: 0, externalUserId: `链接 ${link}` })

/** Reads and makes the codes of tracked links. `names`: those that the rules know now. */
export function createLinkWays(secrets: readonly string[], names: () => readonly string[]) {
  const codes = createLinkCodes(secrets, 'tracked link')
  return {
    codeOf: codes.codeOf,
    /** The same for all who get it; undefined: there is no key to sign with. */
    codeForMany: (link: string): string | undefined => codes.codeOf(ofMany(link)),
    /** Undefined: not one of ours. */
    wayOf: async (tx: ReadTx, code: string): Promise<Way | undefined> => {
      const id = codes.idOf(code)
      if (id === undefined) return undefined
      if (id === 0) {
        const link = names().find((name) => codes.isOf(code, ofMany(name)))
        return link === undefined ? undefined : { link, externalUserId: undefined }
      }
      const row = await tx.row(sql`SELECT ${pick(l, 'external_userid', 'link')} FROM ${l} WHERE ${l.id} = ${id}`)
      if (row === undefined || !codes.isOf(code, { id, externalUserId: row.external_userid })) return undefined
      return { externalUserId: row.external_userid, link: row.link }
    },
    /** What the browser of a customer keeps, under each key: by it nobody else can be told but that it is not the same one. */
    marksOf: (externalUserId: string): string[] =>
      secrets.map((key) =>
        createHmac('sha256', key).update(`link browser ${externalUserId}`).digest('base64url').slice(0, 22),
      ),
  }
}
export type LinkWays = ReturnType<typeof createLinkWays>

import type { Db } from '../../core/db/db.ts'
import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Consents } from '../privacy/consents.ts'
import { recordOwnWord } from '../privacy/own-word.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { createLinkCodes } from './link-codes.ts'
import { type Asked, optOutRoutes } from './opt-out-routes.ts'
import { OPT_OUT_LINK as l } from './opt-out-tables.ts'

export interface OptOutDeps {
  db: Db
  clock: Clock
  privacy: { consents: Pick<Consents, 'record' | 'refusedNow'> }
  timeline: Pick<Timeline, 'note'>
  /** Those that sign links: the present one, then the one before. */
  phoneSecrets: readonly string[]
  /** Origin at which customers reach us; undefined: nobody told us, and there are no links. */
  publicUrl?: string | undefined
}

/** Links by which customers say themselves what they do not want: {退订链接} in a text. */
export function createOptOut(deps: OptOutDeps) {
  const { db, clock, privacy, timeline, publicUrl } = deps
  const codes = createLinkCodes(deps.phoneSecrets, 'opt-out link')

  const idOf = async (tx: Tx, externalUserId: string): Promise<number | undefined> =>
    (await tx.row(sql`SELECT ${pick(l, 'id')} FROM ${l} WHERE ${l.external_userid} = ${externalUserId}`))?.id

  async function change(tx: Tx, externalUserId: string, { refuses, scope, days }: Asked): Promise<void> {
    const saidAtMs = clock.now()
    await recordOwnWord(tx, { consents: privacy.consents, timeline }, externalUserId, {
      refuses,
      scope,
      untilMs: days === undefined ? undefined : saidAtMs + days * DAY_MS,
      saidAtMs,
      source: 'link',
      how: '客户点退订链接',
      key: `opt-out:${externalUserId}:${saidAtMs}`,
      isChoice: true,
    })
  }

  return {
    /** This customer's link, always the same one; undefined while nobody has told us our own address. Safe to repeat. */
    linkFor: async (tx: Tx, externalUserId: string): Promise<string | undefined> => {
      if (publicUrl === undefined) return undefined
      let id = await idOf(tx, externalUserId)
      if (id === undefined) {
        await tx.insertIgnore(l, [{ external_userid: externalUserId, made_at: clock.now() }])
        id = await idOf(tx, externalUserId)
      }
      const code = id === undefined ? undefined : codes.codeOf({ id, externalUserId })
      return code === undefined ? undefined : `${publicUrl}/t/${code}`
    },
    routes: optOutRoutes({
      withLink: async (code, work) => {
        const id = codes.idOf(code)
        if (id === undefined) return undefined
        return db.tx(async (tx) => {
          const row = await tx.row(sql`SELECT ${pick(l, 'external_userid')} FROM ${l} WHERE ${l.id} = ${id}`)
          if (row === undefined || !codes.isOf(code, { id, externalUserId: row.external_userid })) return undefined
          return work(tx, row.external_userid)
        })
      },
      refusedNow: (tx, externalUserId) => privacy.consents.refusedNow(tx, 'marketing', externalUserId),
      change,
    }),
  }
}
export type OptOut = ReturnType<typeof createOptOut>

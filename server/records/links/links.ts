import type { Db } from '../../core/db/db.ts'
import { list, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { type ClicksDeps, createClicks } from './clicks.ts'
import { linkRoutes, WHO_PATH } from './link-routes.ts'
import { TRACKED_LINK as l } from './link-tables.ts'
import { createLinkWays, type Through } from './link-ways.ts'
import { createWhoOpens } from './who-opens.ts'

export interface LinksDeps extends Omit<ClicksDeps, 'ways' | 'targetOf' | 'asksWho'> {
  db: Db
  log: Logger
  rules: Pick<RuleBookHolder, 'current'>
  /** Those that sign links: the present one, then the one before. */
  phoneSecrets: readonly string[]
  /** Origin at which customers reach us; undefined: links stand in texts as they are in the rules, and tell nothing. */
  publicUrl?: string | undefined
  /** Asks WeCom who opens a link; undefined: only the browser tells. */
  linkLogin?: Pick<Wecom['oauth'], 'authorizeUrl' | 'userInfo'> | undefined
}

/** Links that tell: {链接:名字} in a text is a way to the address that policy.yaml gives the name; this customer's own where the text
 *  is for one, the same for all where it is for many. */
export function createLinks(deps: LinksDeps) {
  const { clock, log, rules, phoneSecrets, publicUrl, linkLogin } = deps
  const linksNow = () => rules.current().policy.links ?? {}
  const targetOf = (link: string) => (Object.hasOwn(linksNow(), link) ? linksNow()[link] : undefined)
  const ways = createLinkWays(phoneSecrets, () => Object.keys(linksNow()))
  const who =
    linkLogin === undefined || publicUrl === undefined
      ? undefined
      : createWhoOpens({
          ...{ oauth: linkLogin, clock, log, secrets: phoneSecrets },
          redirectUri: `${publicUrl}${WHO_PATH}`,
        })
  const clicks = createClicks({ ...deps, ways, targetOf, asksWho: who !== undefined })

  async function idsOf(tx: Tx, externalUserId: string, names: readonly string[]): Promise<Map<string, number>> {
    const rows = await tx.rows(
      sql`SELECT ${pick(l, 'id', 'link')} FROM ${l}
          WHERE ${l.external_userid} = ${externalUserId} AND ${l.link} IN ${list(names)}`,
    )
    return new Map(rows.map(({ id, link }) => [link, id]))
  }

  return {
    /** This customer's own addresses for these names, always the same ones; names that the rules do not know are left out.
     *  Safe to repeat. */
    urlsFor: async (tx: Tx, externalUserId: string, names: readonly string[]): Promise<Map<string, string>> => {
      const known = names.flatMap((name) => {
        const target = targetOf(name)
        return target === undefined ? [] : [[name, target.url] as const]
      })
      if (known.length === 0 || publicUrl === undefined) return new Map(known)
      const asked = known.map(([name]) => name)
      let ids = await idsOf(tx, externalUserId, asked)
      const missing = asked.filter((name) => !ids.has(name))
      if (missing.length > 0) {
        const rows = missing.map((link) => ({ external_userid: externalUserId, link, made_at: clock.now() }))
        await tx.insertIgnore(l, rows)
        ids = await idsOf(tx, externalUserId, asked)
      }
      return new Map(
        known.map(([name, url]) => {
          const id = ids.get(name)
          const code = id === undefined ? undefined : ways.codeOf({ id, externalUserId })
          return [name, code === undefined ? url : `${publicUrl}/l/${code}`]
        }),
      )
    },
    /** The address of a name in a message for many, always the same one for the same message; undefined: the rules do not know the
     *  name (any more). */
    urlForMany: (name: string, through?: Through): string | undefined => {
      const url = targetOf(name)?.url
      const code = url === undefined || publicUrl === undefined ? undefined : ways.codeForMany(name, through)
      return code === undefined ? url : `${publicUrl}/l/${code}`
    },
    /** Where these names lead as the rules are now; what they do not know leads nowhere. */
    targetsOf: (names: readonly string[]): string[] => names.map((name) => targetOf(name)?.url ?? ''),
    routes: linkRoutes({ clicks, who, isSecure: publicUrl?.startsWith('https:') === true }),
  }
}
export type Links = ReturnType<typeof createLinks>

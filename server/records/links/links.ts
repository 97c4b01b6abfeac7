import { createHmac } from 'node:crypto'
import type { Db } from '../../core/db/db.ts'
import { list, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { Customers } from '../customers/customers.ts'
import { createLinkCodes } from '../opt-out/link-codes.ts'
import type { Tags } from '../tags/tags.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { LinkClicked } from './link-events.ts'
import { linkRoutes, type Opened } from './link-routes.ts'
import { LINK_CLICK, TRACKED_LINK as l } from './link-tables.ts'

export interface LinksDeps {
  db: Db
  clock: Clock
  emit: Emit
  rules: Pick<RuleBookHolder, 'current'>
  customers: { queries: Pick<Customers['queries'], 'ownerOf'> }
  tags: Pick<Tags, 'change'>
  timeline: Pick<Timeline, 'note'>
  /** Those that sign links: the present one, then the one before. */
  phoneSecrets: readonly string[]
  /** Origin at which customers reach us; undefined: links stand in texts as they are in the rules, and tell nothing. */
  publicUrl?: string | undefined
}

interface Way {
  id: number
  externalUserId: string
  link: string
}

const NOTED = 'link.clicked'

/** Links that tell: {链接:名字} in a text is this customer's own way to the address that policy.yaml gives the name. */
export function createLinks(deps: LinksDeps) {
  const { db, clock, emit, rules, customers, tags, timeline, phoneSecrets, publicUrl } = deps
  const codes = createLinkCodes(phoneSecrets, 'tracked link')
  const targetOf = (link: string) => {
    const { links = {} } = rules.current().policy
    return Object.hasOwn(links, link) ? links[link] : undefined
  }

  /** What the browser of a customer keeps: by it nobody else can be told but that it is not the same one. */
  const marksOf = (externalUserId: string): string[] =>
    phoneSecrets.map((key) =>
      createHmac('sha256', key).update(`link browser ${externalUserId}`).digest('base64url').slice(0, 22),
    )

  async function idsOf(tx: Tx, externalUserId: string, names: readonly string[]): Promise<Map<string, number>> {
    const rows = await tx.rows(
      sql`SELECT ${pick(l, 'id', 'link')} FROM ${l}
          WHERE ${l.external_userid} = ${externalUserId} AND ${l.link} IN ${list(names)}`,
    )
    return new Map(rows.map(({ id, link }) => [link, id]))
  }

  /** A signed code's way; undefined: not one of ours. */
  async function wayOf(tx: Tx, code: string): Promise<Way | undefined> {
    const id = codes.idOf(code)
    if (id === undefined) return undefined
    const row = await tx.row(sql`SELECT ${pick(l, 'external_userid', 'link')} FROM ${l} WHERE ${l.id} = ${id}`)
    if (row === undefined || !codes.isOf(code, { id, externalUserId: row.external_userid })) return undefined
    return { id, externalUserId: row.external_userid, link: row.link }
  }

  async function tell(tx: Tx, { id, externalUserId, link }: Way, tag: string | undefined): Promise<void> {
    const now = clock.now()
    const key = `link:${id}:${Math.floor(now / MINUTE_MS)}`
    const reason = { text: `点了链接「${link}」`, facts: { link } }
    await timeline.note(tx, { key, externalUserId, atMs: now, kind: NOTED, text: `客户点了链接「${link}」` })
    await emit(tx, LinkClicked, { key, atMs: now, payload: { externalUserId, link, atMs: now } })
    const userId = tag === undefined ? undefined : await customers.queries.ownerOf(tx, externalUserId)
    if (tag === undefined || userId === undefined) return
    await tags.change(tx, { externalUserId, userId, add: [tag], by: 'rule', key, reason })
  }

  /** Once for a code and a minute, however often it is opened in it. */
  async function open(code: string, { by, mark }: Opened) {
    return db.tx(async (tx) => {
      const way = await wayOf(tx, code)
      const target = way === undefined ? undefined : targetOf(way.link)
      if (way === undefined || target === undefined) return undefined
      if (by === 'nobody') return { url: target.url, mark: undefined }
      const own = marksOf(way.externalUserId)
      // A link that was passed on is opened in the browser of somebody else.
      const isTheirs = by === 'in-wechat' && (mark === undefined || own.includes(mark))
      const click = {
        click_key: `${isTheirs ? '' : '?'}${way.id}:${Math.floor(clock.now() / MINUTE_MS)}`,
        link: way.link,
        external_userid: isTheirs ? way.externalUserId : null,
        at: clock.now(),
      }
      const isNew = (await tx.insertIgnore(LINK_CLICK, [click])) > 0
      if (isNew && isTheirs) await tell(tx, way, target.tag)
      return { url: target.url, mark: isTheirs ? own[0] : undefined }
    })
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
          const code = id === undefined ? undefined : codes.codeOf({ id, externalUserId })
          return [name, code === undefined ? url : `${publicUrl}/l/${code}`]
        }),
      )
    },
    routes: linkRoutes({ open, isSecure: publicUrl?.startsWith('https:') === true }),
  }
}
export type Links = ReturnType<typeof createLinks>

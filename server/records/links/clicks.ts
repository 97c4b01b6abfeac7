import { createHash } from 'node:crypto'
import type { Db } from '../../core/db/db.ts'
import { count, lock, number, pick, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { HOUR_MS, MINUTE_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { PolicyRule } from '../../rules/schema/policy-rule.ts'
import type { Customers } from '../customers/customers.ts'
import type { Tags } from '../tags/tags.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { LinkClicked } from './link-events.ts'
import { LINK_CLICK, TRACKED_LINK } from './link-tables.ts'
import { type LinkWays, type Way, withoutMark } from './link-ways.ts'
import { createMinute } from './minute.ts'
import type { Opened } from './opened-by.ts'

export type LinkTarget = NonNullable<PolicyRule['links']>[string]

export interface ClicksDeps {
  db: Db
  clock: Clock
  log: Logger
  emit: Emit
  customers: { queries: Pick<Customers['queries'], 'ownerOf'> }
  tags: Pick<Tags, 'change'>
  timeline: Pick<Timeline, 'note'>
  ways: LinkWays
  targetOf(link: string): LinkTarget | undefined
  /** WeCom says who is there. */
  asksWho: boolean
}

/** `ask`: it leads there once WeCom has said who is there. `mark`: what the browser is given to keep. */
export type Led = { url: string; mark: string | undefined } | { ask: true }

const NOTED = 'link.clicked'
/** Of one link and customer, each in a minute of its own: more tell nothing new. */
const MOST_A_DAY = 10

/** Who it is for all we know. `known`: their browser, or WeCom, says so; `likely`: nothing speaks against it. */
interface Reader {
  id: string | undefined
  how: 'known' | 'likely' | 'said-by-wecom'
}
const SOMEBODY: Reader = { id: undefined, how: 'known' }

/** Writes clicks down: of one person and link once a minute and at most ten times a day, of somebody unknown once an hour by a
 *  customer's own address and once a minute by one for many, of machines once an hour. All further ones only lead on, with no
 *  statement at all. */
export function createClicks(deps: ClicksDeps) {
  const { db, clock, log, emit, customers, tags, timeline, ways, targetOf, asksWho } = deps
  const minute = createMinute<Way>(clock)
  const markedKey = (id: string): string => `mark ${id}`

  /** The address as we gave it, whatever was put behind it. */
  const addressOf = (code: string, { through }: Way): string => `${withoutMark(code)}${through ?? ''}`

  const keyOf = (code: string, way: Way, id: string | undefined): string => {
    const now = clock.now()
    const { link, externalUserId } = way
    if (id === undefined)
      return `?${addressOf(code, way)}:${Math.floor(now / (externalUserId === undefined ? MINUTE_MS : HOUR_MS))}`
    const ofThem = createHash('sha256').update(`${link} ${id}`).digest('base64url').slice(0, 22)
    return `${ofThem}:${Math.floor(now / MINUTE_MS)}`
  }

  /** A link that was passed on is opened in the browser of somebody else. */
  function readerOf({ externalUserId }: Way, { by, mark }: Opened): Reader {
    if (externalUserId === undefined || by !== 'in-wechat') return SOMEBODY
    if (mark !== undefined) {
      return ways.marksOf(externalUserId).includes(mark) ? { id: externalUserId, how: 'known' } : SOMEBODY
    }
    return minute.has(markedKey(externalUserId)) ? SOMEBODY : { id: externalUserId, how: 'likely' }
  }

  /** Of two browsers that open a customer's links for the first time at once only one is theirs: the later looks when the other is
   *  through. */
  async function waitForOthers(tx: Tx, externalUserId: string): Promise<void> {
    const l = TRACKED_LINK
    await tx.rows(
      sql`SELECT ${pick(l, 'id')} FROM ${l} WHERE ${l.external_userid} = ${externalUserId} ORDER BY ${l.id} ${lock()}`,
    )
  }

  /** `ever`: their clicks that are kept; `today`: of this link since midnight in Shanghai. */
  async function had(tx: Tx, externalUserId: string, link: string) {
    const k = LINK_CLICK
    const isToday = sql`${k.link} = ${link} AND ${k.at} >= ${startOfShanghaiDay(clock.now())}`
    const sums = select({ ever: count(), today: number(sql`COALESCE(SUM(CASE WHEN ${isToday} THEN 1 ELSE 0 END), 0)`) })
    const row = await tx.row(sql`SELECT ${sums} FROM ${k} WHERE ${k.external_userid} = ${externalUserId}`)
    return row ?? { ever: 0, today: 0 }
  }

  async function tell(tx: Tx, way: Way, { id, key, owner }: { id: string; key: string; owner: string | undefined }) {
    const { link } = way
    const atMs = clock.now()
    const passedOn = way.externalUserId !== undefined && way.externalUserId !== id
    const text = `客户点了${passedOn ? '别人转来的' : ''}链接「${link}」`
    await timeline.note(tx, { key, externalUserId: id, atMs, kind: NOTED, text })
    await emit(tx, LinkClicked, { key, atMs, payload: { externalUserId: id, link, atMs } })
    const tag = targetOf(link)?.tag
    if (tag === undefined || owner === undefined) return
    const reason = { text: `点了链接「${link}」`, facts: { link } }
    await tags.change(tx, { externalUserId: id, userId: owner, add: [tag], by: 'rule', key, reason })
  }

  const what = ({ link, through }: Way) => ({ link, through: through ?? null, at: clock.now() })

  /** A machine looked: it tells nothing of anybody, and says only why a link was opened more often than people opened it. Nobody
   *  waits for that, however long the database takes it. */
  function noteMachine(code: string, way: Way): void {
    const key = `!${addressOf(code, way)}:${Math.floor(clock.now() / HOUR_MS)}`
    if (minute.has(key)) return
    minute.add(key)
    const look = { click_key: key, external_userid: null, by_machine: 1 as const, ...what(way) }
    db.tx((tx) => tx.insertIgnore(LINK_CLICK, [look])).catch((error: unknown) => {
      log.warn({ err: describeError(error) }, 'a look of a machine at a link is not counted')
    })
  }

  /** Gives who it counts for; undefined: nobody we know. */
  async function write(tx: Tx, code: string, way: Way, { id, how }: Reader): Promise<string | undefined> {
    if (id !== undefined && how === 'likely') await waitForOthers(tx, id)
    const before = id === undefined ? undefined : await had(tx, id, way.link)
    // Their browser was given a mark once, and this one has none.
    const isOther = how === 'likely' && (before?.ever ?? 0) > 0
    const owner = id === undefined || isOther ? undefined : await customers.queries.ownerOf(tx, id)
    const isStrange = how === 'said-by-wecom' && owner === undefined
    const person = isOther || isStrange ? undefined : id
    const key = keyOf(code, way, person)
    if (person !== undefined && (before?.today ?? 0) >= MOST_A_DAY) return person
    const click = { click_key: key, external_userid: person ?? null, ...what(way) }
    const isNew = (await tx.insertIgnore(LINK_CLICK, [click])) > 0
    if (isNew && person !== undefined) await tell(tx, way, { id: person, key: `link:${key}`, owner })
    return person
  }

  async function take(code: string, readerFor: (way: Way) => Reader): Promise<Led | undefined> {
    const known = minute.wayOf(code)
    const reader = known === undefined ? undefined : readerFor(known)
    if (known !== undefined && reader !== undefined && minute.has(keyOf(code, known, reader.id))) {
      const target = targetOf(known.link)
      return target === undefined ? undefined : { url: target.url, mark: markFor(reader.id) }
    }
    return db.tx(async (tx) => {
      const way = await ways.wayOf(tx, code)
      const target = way === undefined ? undefined : targetOf(way.link)
      if (way === undefined || target === undefined) return undefined
      const person = await write(tx, code, way, readerFor(way))
      minute.keep(code, way)
      minute.add(keyOf(code, way, person))
      if (person !== undefined) minute.add(markedKey(person))
      return { url: target.url, mark: markFor(person) }
    })
  }

  async function find(code: string): Promise<{ way: Way; url: string } | undefined> {
    const way = minute.wayOf(code) ?? (await db.view((tx) => ways.wayOf(tx, code)))
    const target = way === undefined ? undefined : targetOf(way.link)
    if (way === undefined || target === undefined) return undefined
    minute.keep(code, way)
    return { way, url: target.url }
  }

  const markFor = (id: string | undefined): string | undefined => (id === undefined ? undefined : ways.marksOf(id)[0])

  return {
    /** A code was opened. Undefined: it leads nowhere (any more). Safe to repeat. */
    open: async (given: string, opened: Opened): Promise<Led | undefined> => {
      const code = minute.wayOf(given) === undefined ? ways.withoutFalseMark(given) : given
      if (opened.by === 'somebody' || (opened.by === 'in-wechat' && !asksWho))
        return take(code, (way) => readerOf(way, opened))
      const found = await find(code)
      if (found === undefined) return undefined
      if (opened.by !== 'nobody') return { ask: true }
      noteMachine(code, found.way)
      return { url: found.url, mark: undefined }
    },
    /** It leads on for whoever is counted already, or is nobody. Undefined: it leads nowhere (any more). */
    lead: async (code: string): Promise<Led | undefined> => {
      const found = await find(code)
      return found === undefined ? undefined : { url: found.url, mark: undefined }
    },
    /** WeCom has said who is there; undefined: it does not know them as a customer. Safe to repeat. */
    openedBy: (code: string, externalUserId: string | undefined): Promise<Led | undefined> =>
      take(code, () => (externalUserId === undefined ? SOMEBODY : { id: externalUserId, how: 'said-by-wecom' })),
  }
}

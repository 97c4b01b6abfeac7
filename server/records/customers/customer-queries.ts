import { type Among, eachAmong } from '../../core/db/among.ts'
import { alias, type RowOf } from '../../core/db/define-table.ts'
import { eachChunk } from '../../core/db/each-chunk.ts'
import {
  all,
  count,
  every,
  list,
  maybeNumber,
  pick,
  raw,
  type Selected,
  type Sql,
  select,
  sql,
  words,
} from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { hasLeft, staffQueries } from '../staff/staff-queries.ts'
import { CUSTOMER, CUSTOMER_LINK, CUSTOMER_PHONE, CUSTOMER_SOURCE, FOLLOW } from './customer-tables.ts'
import type { LostBy } from './event-source.ts'
import { friendsAt } from './friends-at.ts'
import { isPair } from './is-pair.ts'
import { type Pair, pairOf } from './relation.ts'

export interface CustomerProfile {
  externalUserId: string
  /** Undefined until WeCom has told it. */
  name: string | undefined
  /** URL of WeCom's. */
  avatar: string | undefined
  /** 1 WeChat user, 2 WeCom user. */
  type: number | undefined
  /** 0 unknown, 1 male, 2 female. */
  gender: number | undefined
  corpName: string | undefined
  /** The channel of the very first add: the source. */
  firstChannel: string | undefined
  firstUserId: string | undefined
  firstAddedAtMs: number | undefined
  knownAtMs: number
  detailAtMs: number | undefined
}

export interface Follow {
  externalUserId: string
  userId: string
  active: boolean
  /** The customer added the guide, the guide has not yet accepted. */
  half: boolean
  remark: string | undefined
  /** As WeCom sent it. */
  state: string | undefined
  channel: string | undefined
  /** WeCom's number; unknown numbers are possible. */
  addWay: number | undefined
  /** Beginning of the present friendship. */
  addedAtMs: number | undefined
  lostAtMs: number | undefined
  lostBy: LostBy | undefined
}

/** One way in which the customer came; the oldest is the source. */
export interface CustomerSource {
  userId: string
  addedAtMs: number
  channel: string | undefined
  state: string | undefined
}

export type StandingLink = Pick<RowOf<typeof CUSTOMER_LINK>, 'given_unionid' | 'phone_hash' | 'source' | 'shop_user_id'>

const c = CUSTOMER
const f = FOLLOW
const NEWEST_FIRST = sql`ORDER BY ${f.active} DESC, ${f.added_at} DESC, ${f.id} DESC`
const PAIR = select({ externalUserId: f.external_userid, userId: f.userid })

const FOLLOWING = pick(
  f,
  'external_userid',
  'userid',
  'active',
  'half',
  'remark',
  'state',
  'channel',
  'add_way',
  'added_at',
  'lost_at',
  'lost_by',
)

const toFollow = (row: Selected<typeof FOLLOWING>): Follow => ({
  externalUserId: row.external_userid,
  userId: row.userid,
  active: row.active === 1,
  half: row.half === 1,
  remark: row.remark ?? undefined,
  state: row.state ?? undefined,
  channel: row.channel ?? undefined,
  addWay: row.add_way ?? undefined,
  addedAtMs: row.added_at ?? undefined,
  lostAtMs: row.active === 1 ? undefined : (row.lost_at ?? undefined),
  lostBy: row.active === 1 ? undefined : (row.lost_by ?? undefined),
})

const toProfile = (row: RowOf<typeof CUSTOMER>): CustomerProfile => ({
  externalUserId: row.external_userid,
  name: row.name ?? undefined,
  avatar: row.avatar ?? undefined,
  type: row.customer_type ?? undefined,
  gender: row.gender ?? undefined,
  corpName: row.corp_name ?? undefined,
  firstChannel: row.first_channel ?? undefined,
  firstUserId: row.first_userid ?? undefined,
  firstAddedAtMs: row.first_added_at ?? undefined,
  knownAtMs: row.known_at,
  detailAtMs: row.detail_at ?? undefined,
})

const externalIds = (rows: { external_userid: string }[]): string[] => rows.map((row) => row.external_userid)

/** Friends now among these customers; `more` narrows them. */
const friendsOf = (tx: ReadTx, pairs: readonly Pair[], more: Sql[] = []): Promise<Pair[]> =>
  eachChunk([...new Set(pairs.map((pair) => pair.externalUserId))], (part) => {
    const isWanted = every([sql`${f.active} = 1`, sql`${f.external_userid} IN ${list(part)}`, ...more])
    return tx.rows(sql`SELECT ${PAIR} FROM ${f} WHERE ${isWanted}`)
  })

export const customerQueries = {
  friendsAt,
  profile: async (tx: Tx, externalUserId: string): Promise<CustomerProfile | undefined> => {
    const row = await tx.row(sql`SELECT ${all(c)} FROM ${c} WHERE ${c.external_userid} = ${externalUserId}`)
    return row === undefined ? undefined : toProfile(row)
  },
  /** Those of these that we know, by external_userid. */
  profilesOf: async (tx: ReadTx, externalUserIds: readonly string[]): Promise<Map<string, CustomerProfile>> => {
    const rows = await eachChunk([...new Set(externalUserIds)], (part) =>
      tx.rows(sql`SELECT ${all(c)} FROM ${c} WHERE ${c.external_userid} IN ${list(part)}`),
    )
    return new Map(rows.map((row) => [row.external_userid, toProfile(row)]))
  },
  nameOf: async (tx: ReadTx, externalUserId: string): Promise<string | undefined> => {
    const row = await tx.row(sql`SELECT ${pick(c, 'name')} FROM ${c} WHERE ${c.external_userid} = ${externalUserId}`)
    return row?.name ?? undefined
  },
  /** Names by external_userid; customers without a known name are left out. */
  namesOf: async (tx: ReadTx, externalUserIds: string[]): Promise<Map<string, string>> => {
    const rows = await eachChunk(externalUserIds, (part) =>
      tx.rows(
        sql`SELECT ${pick(c, 'external_userid', 'name')} FROM ${c}
            WHERE ${c.name} IS NOT NULL AND ${c.external_userid} IN ${list(part)}`,
      ),
    )
    return new Map(rows.flatMap((row) => (row.name === null ? [] : [[row.external_userid, row.name]])))
  },
  exists: async (tx: ReadTx, externalUserId: string): Promise<boolean> =>
    (await tx.row(sql`SELECT 1 FROM ${c} WHERE ${c.external_userid} = ${externalUserId}`)) !== undefined,
  /** The guide who speaks for the brand with this customer: the latest active follow of a guide who has not left.
   *  Undefined: nobody now. */
  ownerOf: async (tx: Tx, externalUserId: string): Promise<string | undefined> => {
    const rows = await tx.rows(
      sql`SELECT ${pick(f, 'userid')} FROM ${f} WHERE ${f.external_userid} = ${externalUserId} AND ${f.active} = 1
          ${NEWEST_FIRST}`,
    )
    const userIds = rows.map((row) => row.userid)
    const left = await staffQueries.leftAmong(tx, userIds)
    return userIds.find((userId) => !left.has(userId))
  },
  /** Owners by external_userid; customers without one are left out. */
  ownersOf: async (tx: ReadTx, among: Among): Promise<Map<string, string>> => {
    const rows = await eachAmong(f.external_userid, among, (isAmong) =>
      tx.rows(
        sql`SELECT ${pick(f, 'external_userid', 'userid')} FROM ${f}
            WHERE ${f.active} = 1 AND ${isAmong} ORDER BY ${f.added_at}, ${f.id}`,
      ),
    )
    const left = await staffQueries.leftAmong(tx, [...new Set(rows.map((row) => row.userid))])
    // Later rows replace earlier ones, so the latest follow stays.
    return new Map(rows.filter((row) => !left.has(row.userid)).map((row) => [row.external_userid, row.userid]))
  },
  /** All present guides of each, whoever was added first before the others; UTC milliseconds. Customers without one are left out. */
  presentGuidesOf: async (
    tx: ReadTx,
    among: Among,
  ): Promise<Map<string, readonly { userId: string; addedAtMs: number }[]>> => {
    const rows = await eachAmong(f.external_userid, among, (isAmong) =>
      tx.rows(
        sql`SELECT ${pick(f, 'external_userid', 'userid', 'added_at')} FROM ${f}
            WHERE ${f.active} = 1 AND ${isAmong} ORDER BY ${f.added_at}, ${f.id}`,
      ),
    )
    const left = await staffQueries.leftAmong(tx, [...new Set(rows.map((row) => row.userid))])
    const present = rows.filter((row) => !left.has(row.userid))
    return new Map(
      [...groupBy(present, (row) => row.external_userid)].map(([id, own]) => [
        id,
        own.map((row) => ({ userId: row.userid, addedAtMs: row.added_at ?? 0 })),
      ]),
    )
  },
  /** How many friends each of these guides has; those with none are left out. */
  friendCounts: async (tx: ReadTx, userIds: readonly string[]): Promise<Map<string, number>> => {
    const rows = await eachChunk([...new Set(userIds)], (part) =>
      tx.rows(
        sql`SELECT ${select({ userId: f.userid, many: count() })} FROM ${f}
            WHERE ${f.userid} IN ${list(part)} AND ${f.active} = 1 GROUP BY ${f.userid}`,
      ),
    )
    return new Map(rows.map(({ userId, many }) => [userId, many]))
  },
  /** The newest adds by a channel, newest first: `limit` of all adds are looked at. Instants in UTC milliseconds. */
  latestAdds: async (tx: Tx, limit: number): Promise<{ channel: string; userId: string; atMs: number }[]> => {
    const s = CUSTOMER_SOURCE
    const rows = await tx.rows(
      sql`SELECT ${select({ channel: s.channel, userId: s.userid, atMs: s.added_at })} FROM ${s}
          ORDER BY ${s.id} DESC LIMIT ${limit}`,
    )
    return rows.flatMap(({ channel, ...add }) => (channel === null ? [] : [{ ...add, channel }]))
  },
  isFollowing: async (tx: Tx, userId: string, externalUserId: string): Promise<boolean> =>
    (await tx.row(sql`SELECT 1 FROM ${f} WHERE ${isPair(f, { externalUserId, userId })} AND ${f.active} = 1`)) !==
    undefined,
  /** Which of these pairs are friends now, half adds included, and the guide has not left. */
  servedAmong: async (tx: Tx, pairs: readonly Pair[]): Promise<(pair: Pair) => boolean> => {
    const isHere = sql`NOT ${hasLeft(raw(`${FOLLOW}.${f.userid}`))}`
    const served = new Set((await friendsOf(tx, pairs, [isHere])).map(pairOf))
    return (pair) => served.has(pairOf(pair))
  },
  follow: async (tx: Tx, userId: string, externalUserId: string): Promise<Follow | undefined> => {
    const row = await tx.row(sql`SELECT ${FOLLOWING} FROM ${f} WHERE ${isPair(f, { externalUserId, userId })}`)
    return row === undefined ? undefined : toFollow(row)
  },
  /** Friendships that stand, by `pairOf`; those of other guides of these customers are among them. */
  friendsWith: async (tx: ReadTx, pairs: readonly Pair[]): Promise<Map<string, Follow>> => {
    const rows = await eachChunk([...new Set(pairs.map((pair) => pair.externalUserId))], (part) =>
      tx.rows(sql`SELECT ${all(f)} FROM ${f} WHERE ${f.external_userid} IN ${list(part)} AND ${f.active} = 1`),
    )
    return new Map(
      rows.map((row) => [pairOf({ externalUserId: row.external_userid, userId: row.userid }), toFollow(row)]),
    )
  },
  /** Active ones first, the latest first. */
  followsOf: async (tx: Tx, externalUserId: string): Promise<Follow[]> => {
    const rows = await tx.rows(
      sql`SELECT ${FOLLOWING} FROM ${f} WHERE ${f.external_userid} = ${externalUserId} ${NEWEST_FIRST}`,
    )
    return rows.map(toFollow)
  },
  /** Of these pairs those that are friends for us, half adds left out: WeCom does not list them. */
  friendsAmong: async (tx: Tx, pairs: Pair[]): Promise<Pair[]> => {
    const wanted = new Set(pairs.map(pairOf))
    return (await friendsOf(tx, pairs, [sql`${f.half} = 0`])).filter((pair) => wanted.has(pairOf(pair)))
  },
  /** All friends of one guide, half adds left out. */
  friendIdsOf: async (tx: Tx, userId: string): Promise<string[]> =>
    externalIds(
      await tx.rows(
        sql`SELECT ${pick(f, 'external_userid')} FROM ${f}
            WHERE ${f.userid} = ${userId} AND ${f.active} = 1 AND ${f.half} = 0`,
      ),
    ),
  /** Of all guides together. */
  countFriendships: async (tx: Tx): Promise<number> =>
    (await tx.row(sql`SELECT ${select({ n: count() })} FROM ${f} WHERE ${f.active} = 1`))?.n ?? 0,
  /** When customers deleted this guide, as far as callbacks told it, since an instant; UTC milliseconds each. */
  deletedByCustomers: async (tx: Tx, userId: string, fromMs: number): Promise<number[]> => {
    const rows = await tx.rows(
      sql`SELECT ${pick(f, 'lost_at')} FROM ${f}
          WHERE ${f.userid} = ${userId} AND ${f.lost_by} = 'customer' AND ${f.lost_at} >= ${fromMs}`,
    )
    return rows.flatMap((row) => row.lost_at ?? [])
  },
  /** When the pair last became friends, UTC milliseconds; 0 when never. */
  lastAddOf: async (tx: Tx, pair: Pair): Promise<number> =>
    (await tx.row(sql`SELECT ${pick(f, 'last_add_at')} FROM ${f} WHERE ${isPair(f, pair)}`))?.last_add_at ?? 0,
  /** Oldest first. */
  sourcesOf: async (tx: Tx, externalUserId: string): Promise<CustomerSource[]> => {
    const s = CUSTOMER_SOURCE
    const rows = await tx.rows(
      sql`SELECT ${pick(s, 'userid', 'added_at', 'channel', 'state')} FROM ${s}
          WHERE ${s.external_userid} = ${externalUserId} ORDER BY ${s.added_at}, ${s.id}`,
    )
    return rows.map((row) => ({
      userId: row.userid,
      addedAtMs: row.added_at,
      channel: row.channel ?? undefined,
      state: row.state ?? undefined,
    }))
  },
  byUnionId: async (tx: Tx, unionId: string): Promise<string[]> =>
    externalIds(
      await tx.rows(sql`SELECT ${pick(c, 'external_userid')} FROM ${c} WHERE ${c.unionid} = ${unionId} LIMIT 2`),
    ),
  /** `phoneHash`: from the phone hash that the composition gives to customers and orders alike. */
  byPhoneHash: async (tx: Tx, phoneHash: string): Promise<string[]> => {
    const p = CUSTOMER_PHONE
    return externalIds(
      await tx.rows(
        sql`SELECT DISTINCT ${pick(p, 'external_userid')} FROM ${p} WHERE ${p.phone_hash} = ${phoneHash} LIMIT 50`,
      ),
    )
  },
  /** What an order may name this customer by; `links`: what people said besides. */
  identityOf: async (
    tx: Tx,
    externalUserId: string,
  ): Promise<{ unionId: string | undefined; phoneHashes: string[]; links: StandingLink[] }> => {
    const [c, p, k] = [alias(CUSTOMER, 'c'), alias(CUSTOMER_PHONE, 'p'), alias(CUSTOMER_LINK, 'k')]
    const rows = await tx.rows(
      sql`SELECT DISTINCT ${select({
        unionId: c.unionid,
        phoneHash: words<string | null>(sql`${p.phone_hash}`),
        linkId: maybeNumber(sql`${k.id}`),
        given_unionid: words<string | null>(sql`${k.given_unionid}`),
        phone_hash: words<string | null>(sql`${k.phone_hash}`),
        source: words<string | null>(sql`${k.source}`),
        shop_user_id: words<string | null>(sql`${k.shop_user_id}`),
      })}
          FROM ${c} LEFT JOIN ${p} ON ${p.external_userid} = ${c.external_userid}
          LEFT JOIN ${k} ON ${k.external_userid} = ${c.external_userid} AND ${k.ended_at} IS NULL
          WHERE ${c.external_userid} = ${externalUserId}`,
    )
    const links = new Map(
      rows.flatMap(({ linkId, unionId: _u, phoneHash: _p, ...link }) => (linkId === null ? [] : [[linkId, link]])),
    )
    return {
      unionId: rows[0]?.unionId ?? undefined,
      phoneHashes: [...new Set(rows.flatMap((row) => row.phoneHash ?? []))],
      links: [...links.values()],
    }
  },
  /** Everybody a guide has, and those who deleted the guide (WeCom still lists them), by external_userid. */
  followsOfGuide: async (tx: Tx, userId: string): Promise<Follow[]> => {
    const rows = await tx.rows(
      sql`SELECT ${all(f)} FROM ${f} WHERE ${f.userid} = ${userId} AND (${f.active} = 1 OR ${f.lost_by} = 'customer')
          ORDER BY ${f.external_userid}`,
    )
    return rows.map(toFollow)
  },
  /** How many customers each of these guides has now; guides without any are left out. */
  countsOf: async (tx: Tx, userIds: string[]): Promise<Map<string, number>> => {
    const rows = await eachChunk(userIds, (part) =>
      tx.rows(
        sql`SELECT ${select({ userId: f.userid, total: count() })} FROM ${f}
            WHERE ${f.active} = 1 AND ${f.userid} IN ${list(part)} GROUP BY ${f.userid}`,
      ),
    )
    return new Map(rows.map((row) => [row.userId, row.total]))
  },
}

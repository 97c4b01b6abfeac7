import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { staffQueries } from '../staff/staff-queries.ts'
import { type Pair, pairOf } from './relation.ts'

export type LostBy = 'customer' | 'guide' | 'transfer' | 'unknown'

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
  description: string | undefined
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

interface StoredFollow {
  external_userid: string
  userid: string
  active: number
  half: number
  remark: string | null
  description: string | null
  state: string | null
  channel: string | null
  add_way: number | null
  added_at: number | null
  lost_at: number | null
  lost_by: LostBy | null
}

interface StoredCustomer {
  external_userid: string
  name: string | null
  avatar: string | null
  customer_type: number | null
  gender: number | null
  corp_name: string | null
  first_channel: string | null
  first_userid: string | null
  first_added_at: number | null
  known_at: number
  detail_at: number | null
}

const FOLLOW_COLUMNS =
  'external_userid, userid, active, half, remark, description, state, channel, add_way, added_at, lost_at, lost_by'
const NEWEST_FIRST = 'ORDER BY active DESC, added_at DESC, id DESC'
/** WeCom asks for no more at once, and SQLite bears it. */
const CHUNK = 1_000

const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ')

const toFollow = (row: StoredFollow): Follow => ({
  externalUserId: row.external_userid,
  userId: row.userid,
  active: row.active === 1,
  half: row.half === 1,
  remark: row.remark ?? undefined,
  description: row.description ?? undefined,
  state: row.state ?? undefined,
  channel: row.channel ?? undefined,
  addWay: row.add_way ?? undefined,
  addedAtMs: row.added_at ?? undefined,
  lostAtMs: row.active === 1 ? undefined : (row.lost_at ?? undefined),
  lostBy: row.active === 1 ? undefined : (row.lost_by ?? undefined),
})

const toProfile = (row: StoredCustomer): CustomerProfile => ({
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

async function eachChunk<T>(ids: string[], read: (part: string[]) => Promise<T[]>): Promise<T[]> {
  const found: T[] = []
  for (let at = 0; at < ids.length; at += CHUNK) found.push(...(await read(ids.slice(at, at + CHUNK))))
  return found
}

const externalIds = (rows: { external_userid: string }[]): string[] => rows.map((row) => row.external_userid)

export const customerQueries = {
  profile: async (tx: Tx, externalUserId: string): Promise<CustomerProfile | undefined> => {
    const row = await tx.row<StoredCustomer>(
      `SELECT external_userid, name, avatar, customer_type, gender, corp_name, first_channel, first_userid,
              first_added_at, known_at, detail_at FROM customer WHERE external_userid = ?`,
      [externalUserId],
    )
    return row === undefined ? undefined : toProfile(row)
  },
  nameOf: async (tx: Tx, externalUserId: string): Promise<string | undefined> =>
    (await tx.row<{ name: string | null }>('SELECT name FROM customer WHERE external_userid = ?', [externalUserId]))
      ?.name ?? undefined,
  /** Names by external_userid; customers without a known name are left out. */
  namesOf: async (tx: Tx, externalUserIds: string[]): Promise<Map<string, string>> => {
    const rows = await eachChunk(externalUserIds, (part) =>
      tx.rows<{ external_userid: string; name: string }>(
        `SELECT external_userid, name FROM customer WHERE name IS NOT NULL AND external_userid IN (${marks(part.length)})`,
        part,
      ),
    )
    return new Map(rows.map((row) => [row.external_userid, row.name]))
  },
  /** Customers of exactly this nickname, at most `limit`. Reads all customers: for the command line. */
  idsNamed: async (tx: Tx, name: string, limit: number): Promise<string[]> =>
    externalIds(
      await tx.rows(`SELECT external_userid FROM customer WHERE name = ? ORDER BY external_userid LIMIT ${limit}`, [
        name,
      ]),
    ),
  exists: async (tx: Tx, externalUserId: string): Promise<boolean> =>
    (await tx.row('SELECT 1 AS found FROM customer WHERE external_userid = ?', [externalUserId])) !== undefined,
  /** The guide who speaks for the brand with this customer: the latest active follow of a guide who has not left.
   *  Undefined: nobody now. */
  ownerOf: async (tx: Tx, externalUserId: string): Promise<string | undefined> => {
    const rows = await tx.rows<{ userid: string }>(
      `SELECT userid FROM follow WHERE external_userid = ? AND active = 1 ${NEWEST_FIRST}`,
      [externalUserId],
    )
    const userIds = rows.map((row) => row.userid)
    const left = await staffQueries.leftAmong(tx, userIds)
    return userIds.find((userId) => !left.has(userId))
  },
  /** Owners by external_userid; customers without one are left out. */
  ownersOf: async (tx: ReadTx, externalUserIds: string[]): Promise<Map<string, string>> => {
    const rows = await eachChunk(externalUserIds, (part) =>
      tx.rows<{ external_userid: string; userid: string }>(
        `SELECT external_userid, userid FROM follow WHERE active = 1 AND external_userid IN (${marks(part.length)})
         ORDER BY added_at, id`,
        part,
      ),
    )
    const left = await staffQueries.leftAmong(tx, [...new Set(rows.map((row) => row.userid))])
    // Later rows replace earlier ones, so the latest follow stays.
    return new Map(rows.filter((row) => !left.has(row.userid)).map((row) => [row.external_userid, row.userid]))
  },
  isFollowing: async (tx: Tx, userId: string, externalUserId: string): Promise<boolean> =>
    (await tx.row('SELECT 1 AS found FROM follow WHERE external_userid = ? AND userid = ? AND active = 1', [
      externalUserId,
      userId,
    ])) !== undefined,
  /** Which of these pairs are friends now, half adds included. */
  followedAmong: async (tx: Tx, pairs: readonly Pair[]): Promise<(pair: Pair) => boolean> => {
    const rows = await eachChunk([...new Set(pairs.map((pair) => pair.externalUserId))], (part) =>
      tx.rows<{ external_userid: string; userid: string }>(
        `SELECT external_userid, userid FROM follow WHERE active = 1 AND external_userid IN (${marks(part.length)})`,
        part,
      ),
    )
    const followed = new Set(rows.map((row) => pairOf({ externalUserId: row.external_userid, userId: row.userid })))
    return (pair) => followed.has(pairOf(pair))
  },
  follow: async (tx: Tx, userId: string, externalUserId: string): Promise<Follow | undefined> => {
    const row = await tx.row<StoredFollow>(
      `SELECT ${FOLLOW_COLUMNS} FROM follow WHERE external_userid = ? AND userid = ?`,
      [externalUserId, userId],
    )
    return row === undefined ? undefined : toFollow(row)
  },
  /** Active ones first, the latest first. */
  followsOf: async (tx: Tx, externalUserId: string): Promise<Follow[]> =>
    (
      await tx.rows<StoredFollow>(`SELECT ${FOLLOW_COLUMNS} FROM follow WHERE external_userid = ? ${NEWEST_FIRST}`, [
        externalUserId,
      ])
    ).map(toFollow),
  /** Of these pairs those that are friends for us, half adds left out: WeCom does not list them. */
  friendsAmong: async (tx: Tx, pairs: Pair[]): Promise<Pair[]> => {
    const wanted = new Set(pairs.map(pairOf))
    const rows = await eachChunk([...new Set(pairs.map((pair) => pair.externalUserId))], (part) =>
      tx.rows<{ external_userid: string; userid: string }>(
        `SELECT external_userid, userid FROM follow WHERE active = 1 AND half = 0 AND external_userid IN (${marks(part.length)})`,
        part,
      ),
    )
    return rows
      .map((row) => ({ externalUserId: row.external_userid, userId: row.userid }))
      .filter((pair) => wanted.has(pairOf(pair)))
  },
  /** All friends of one guide, half adds left out. */
  friendIdsOf: async (tx: Tx, userId: string): Promise<string[]> =>
    externalIds(
      await tx.rows('SELECT external_userid FROM follow WHERE userid = ? AND active = 1 AND half = 0', [userId]),
    ),
  /** Of all guides together. */
  countFriendships: async (tx: Tx): Promise<number> =>
    Number((await tx.row<{ n: number }>('SELECT COUNT(*) AS n FROM follow WHERE active = 1'))?.n ?? 0),
  /** When customers deleted this guide, as far as callbacks told it, since an instant; UTC milliseconds each. */
  deletedByCustomers: async (tx: Tx, userId: string, fromMs: number): Promise<number[]> =>
    (
      await tx.rows<{ at: number }>(
        `SELECT lost_at AS at FROM follow WHERE userid = ? AND lost_by = 'customer' AND lost_at >= ?`,
        [userId, fromMs],
      )
    ).map((row) => row.at),
  /** When the pair last became friends, UTC milliseconds; 0 when never. */
  lastAddOf: async (tx: Tx, { userId, externalUserId }: Pair): Promise<number> =>
    (
      await tx.row<{ at: number | null }>(
        'SELECT last_add_at AS at FROM follow WHERE external_userid = ? AND userid = ?',
        [externalUserId, userId],
      )
    )?.at ?? 0,
  /** Oldest first. */
  sourcesOf: async (tx: Tx, externalUserId: string): Promise<CustomerSource[]> => {
    const rows = await tx.rows<{ userid: string; added_at: number; channel: string | null; state: string | null }>(
      'SELECT userid, added_at, channel, state FROM customer_source WHERE external_userid = ? ORDER BY added_at, id',
      [externalUserId],
    )
    return rows.map((row) => ({
      userId: row.userid,
      addedAtMs: row.added_at,
      channel: row.channel ?? undefined,
      state: row.state ?? undefined,
    }))
  },
  byUnionId: async (tx: Tx, unionId: string): Promise<string[]> =>
    externalIds(await tx.rows('SELECT external_userid FROM customer WHERE unionid = ? LIMIT 2', [unionId])),
  /** `phoneHash`: from the phone hash that the composition gives to customers and orders alike. */
  byPhoneHash: async (tx: Tx, phoneHash: string): Promise<string[]> =>
    externalIds(
      await tx.rows('SELECT DISTINCT external_userid FROM customer_phone WHERE phone_hash = ? LIMIT 2', [phoneHash]),
    ),
  /** What an order may name this customer by. */
  identityOf: async (
    tx: Tx,
    externalUserId: string,
  ): Promise<{ unionId: string | undefined; phoneHashes: string[] }> => {
    const customer = await tx.row<{ unionid: string | null }>(
      'SELECT unionid FROM customer WHERE external_userid = ?',
      [externalUserId],
    )
    const phones = await tx.rows<{ phone_hash: string }>(
      'SELECT DISTINCT phone_hash FROM customer_phone WHERE external_userid = ?',
      [externalUserId],
    )
    return { unionId: customer?.unionid ?? undefined, phoneHashes: phones.map((row) => row.phone_hash) }
  },
  /** Everybody a guide has, and those who deleted the guide (WeCom still lists them), by external_userid. */
  followsOfGuide: async (tx: Tx, userId: string): Promise<Follow[]> =>
    (
      await tx.rows<StoredFollow>(
        `SELECT ${FOLLOW_COLUMNS} FROM follow WHERE userid = ? AND (active = 1 OR lost_by = 'customer')
         ORDER BY external_userid`,
        [userId],
      )
    ).map(toFollow),
  /** How many customers each of these guides has now; guides without any are left out. */
  countsOf: async (tx: Tx, userIds: string[]): Promise<Map<string, number>> => {
    const rows = await eachChunk(userIds, (part) =>
      tx.rows<{ userid: string; total: number }>(
        `SELECT userid, COUNT(*) AS total FROM follow WHERE active = 1 AND userid IN (${marks(part.length)}) GROUP BY userid`,
        part,
      ),
    )
    return new Map(rows.map((row) => [row.userid, Number(row.total)]))
  },
}

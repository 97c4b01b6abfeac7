import { allFollows, findFollow, liveTagIds } from '../sandbox/relations.ts'
import type { World } from '../sandbox/world.ts'
import type { Db } from '../server/core/db/db.ts'
import { raw } from '../server/core/db/sql.ts'

/** One thing that both know, and where they part. */
export interface Compared {
  thing: string
  theirs: number
  ours: number
  /** Keys with what each says. */
  different: string[]
  /** Parted, but no API could have told. */
  untellable: string[]
}

const pairOf = (row: { userid: string; external_userid: string }): string => `${row.userid} ${row.external_userid}`
const text = (value: unknown): string => (value === undefined ? '—' : JSON.stringify(value))

function compare(thing: string, theirs: Map<string, unknown>, ours: Map<string, unknown>): Compared {
  const different: string[] = []
  for (const key of new Set([...theirs.keys(), ...ours.keys()])) {
    const [a, b] = [text(theirs.get(key)), text(ours.get(key))]
    if (a !== b) different.push(`${key}: WeCom ${a}, ours ${b}`)
  }
  return { thing, theirs: theirs.size, ours: ours.size, different, untellable: [] }
}

/** Our tables beside the sandbox's world. `unheard`: pairs ("userid external_userid") whose deletion by the customer was told by a
 *  callback that got lost. */
export async function compareWorlds(world: World, db: Db, unheard: ReadonlySet<string>): Promise<Compared[]> {
  const rows = <T extends object>(sql: string): Promise<T[]> => db.tx((tx) => tx.rows(raw<T>(sql)))

  const ourFollows = await rows<{
    userid: string
    external_userid: string
    remark: string | null
    state: string | null
    added_at: number | null
  }>('SELECT userid, external_userid, remark, state, added_at FROM follow WHERE active = 1')
  const held = new Map(ourFollows.map((row) => [pairOf(row), row]))

  const untellable: string[] = []
  const theirPairs = new Map<string, unknown>()
  const theirFacts = new Map<string, unknown>()
  const theirTags = new Map<string, unknown>()
  const theirCustomers = new Map<string, unknown>()
  for (const follow of allFollows(world)) {
    const pair = `${follow.userId} ${follow.externalUserId}`
    if (follow.deletedByCustomer) {
      if (held.has(pair) && unheard.has(pair)) untellable.push(pair)
      else continue
    }
    theirPairs.set(pair, true)
    theirFacts.set(pair, [follow.remark, follow.state ?? '', toSec(follow.addedAtMs)])
    theirTags.set(pair, liveTagIds(world, follow).sort())
    theirCustomers.set(follow.externalUserId, world.customers.get(follow.externalUserId)?.name)
  }
  const pairs = compare('friendships', theirPairs, new Map([...held.keys()].map((pair) => [pair, true])))
  pairs.untellable = untellable

  const ourFacts = new Map(
    ourFollows.map((row) => [pairOf(row), [row.remark ?? '', row.state ?? '', toSec(Number(row.added_at))]]),
  )
  const ourTags = new Map<string, unknown>([...held.keys()].map((pair) => [pair, [] as string[]]))
  const tagRows = await rows<{ userid: string; external_userid: string; tag_id: string }>(
    `SELECT t.userid, t.external_userid, t.tag_id FROM follow_tag t
     JOIN follow f ON f.userid = t.userid AND f.external_userid = t.external_userid
     WHERE f.active = 1 ORDER BY t.tag_id`,
  )
  for (const row of tagRows) (ourTags.get(pairOf(row)) as string[]).push(row.tag_id) // just made above
  for (const tags of ourTags.values()) (tags as string[]).sort() // likewise; the database may sort otherwise
  const ourCustomers = new Map<string, unknown>()
  for (const row of await rows<{ id: string; name: string | null }>(
    `SELECT c.external_userid AS id, c.name FROM customer c WHERE EXISTS
     (SELECT 1 FROM follow f WHERE f.external_userid = c.external_userid AND f.active = 1)`,
  ))
    ourCustomers.set(row.id, row.name ?? undefined)

  const liveTags = [...world.tags.values()].filter((tag) => !tag.deleted)
  const ourLibrary = await rows<{ tag_id: string; path: string }>(
    'SELECT tag_id, path FROM corp_tag WHERE gone_at IS NULL',
  )
  const groups = [...world.groups.values()].filter((group) => !group.dismissed)
  const ourGroups = await rows<{ chat_id: string; name: string | null; owner: string | null }>(
    'SELECT chat_id, name, owner FROM chat_group WHERE dismissed_at IS NULL',
  )
  const ourMembers = await rows<{ chat_id: string; member_id: string }>(
    `SELECT m.chat_id, m.member_id FROM chat_member m JOIN chat_group g ON g.chat_id = m.chat_id
     WHERE m.left_at IS NULL AND g.dismissed_at IS NULL`,
  )
  const ourGuides = await rows<{ userid: string; name: string | null }>(
    `SELECT userid, name FROM staff WHERE is_guide = 1 AND state <> 'left'`,
  )
  return [
    compare('customers, by nickname', theirCustomers, ourCustomers),
    pairs,
    compare('remark, source, added at', theirFacts, ourFacts),
    compare('tags on friendships', theirTags, ourTags),
    compare(
      'tag library',
      new Map(liveTags.map((tag) => [tag.id, `${world.tagGroups.get(tag.groupId)?.name}/${tag.name}`])),
      new Map(ourLibrary.map((row) => [row.tag_id, row.path])),
    ),
    compare(
      'groups, by name and owner',
      new Map(groups.map((group) => [group.chatId, [group.name, group.ownerUserId]])),
      new Map(ourGroups.map((row) => [row.chat_id, [row.name, row.owner]])),
    ),
    compare(
      'group members',
      new Map(groups.flatMap((group) => [...group.members.keys()].map((id) => [`${group.chatId} ${id}`, true]))),
      new Map(ourMembers.map((row) => [`${row.chat_id} ${row.member_id}`, true])),
    ),
    compare(
      'guides, by name',
      new Map([...world.staff.values()].filter((s) => s.canContact && !s.left).map((s) => [s.userId, s.name])),
      new Map(ourGuides.map((row) => [row.userid, row.name])),
    ),
  ]
}

const toSec = (instantMs: number): number => Math.floor(instantMs / 1000)

/** Pairs that the customer ended last, and whose callback about it was lost. */
export function unheardOf(
  world: World,
  lostDeletions: Iterable<{ userId: string; externalUserId: string }>,
): Set<string> {
  const pairs = new Set<string>()
  for (const { userId, externalUserId } of lostDeletions) {
    if (findFollow(world, userId, externalUserId)?.deletedByCustomer) pairs.add(`${userId} ${externalUserId}`)
  }
  return pairs
}

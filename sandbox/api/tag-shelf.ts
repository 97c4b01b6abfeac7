import { type Desk, toSec } from '../desk.ts'
import { int, need, objects, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { dropTag, dropTagGroup, putTag, putTagGroup } from '../tag-library.ts'
import type { Tag, TagGroup } from '../world.ts'

/** Corp and strategy tags together; newer docs. */
const MAX_TAGS = 10_000
const TAG_NAME = { chars: 30, tooLong: 40072 }

/** The corp's tags, or those of strategies (规则组): same rules, apart from each other. */
export interface Shelf {
  kind: 'corp' | 'strategy'
  /** Only tags of this strategy. */
  strategyId?: number
}

export const addTagParams = {
  group_id: text(),
  group_name: text(TAG_NAME),
  order: int(),
  tag: need(objects({ name: need(text(TAG_NAME), 41018), order: int() })),
}
export const editTagParams = { id: need(text(), 41017), name: text(TAG_NAME), order: int() }

const isOn = (shelf: Shelf, group: TagGroup): boolean =>
  shelf.kind === 'corp'
    ? group.strategyId === undefined
    : group.strategyId !== undefined && (shelf.strategyId ?? group.strategyId) === group.strategyId

const needGroup = ({ world }: Desk, shelf: Shelf, id: string): TagGroup => {
  const group = world.tagGroups.get(id)
  return group && isOn(shelf, group) ? group : refuse(40068, 'invalid group id')
}
const needTag = (desk: Desk, shelf: Shelf, id: string): Tag => {
  const tag = desk.world.tags.get(id) ?? refuse(40068, 'invalid tagid')
  needGroup(desk, shelf, tag.groupId)
  return tag
}
const alive = <T extends Tag | TagGroup>(target: T): T => (target.deleted ? refuse(40068, 'deleted') : target)

const tagsOf = ({ world }: Desk, group: TagGroup): Tag[] => group.tagIds.flatMap((id) => world.tags.get(id) ?? [])

/** `withDeleted`: those are told too, as deleted. */
function groupFacts(group: TagGroup, tags: Tag[], withDeleted: boolean) {
  const shown = tags.filter((tag) => withDeleted || !tag.deleted).sort((a, b) => b.order - a.order)
  return {
    ...(group.strategyId === undefined ? {} : { strategy_id: group.strategyId }),
    group_id: group.id,
    group_name: group.name,
    create_time: toSec(group.createdAtMs),
    order: group.order,
    ...(withDeleted ? { deleted: group.deleted } : {}),
    tag: shown.map((tag) => ({
      id: tag.id,
      name: tag.name,
      create_time: toSec(tag.createdAtMs),
      order: tag.order,
      ...(withDeleted ? { deleted: tag.deleted } : {}),
    })),
  }
}

/** All, or those of the named groups, or the named tags; group ids win. Deleted ones are told of the corp's only. */
export function listTags(
  desk: Desk,
  shelf: Shelf,
  p: { tag_id?: string[] | undefined; group_id?: string[] | undefined },
) {
  const { world } = desk
  const tellsDeleted = shelf.kind === 'corp'
  if (p.group_id?.length) {
    const groups = p.group_id.map((id) => needGroup(desk, shelf, id))
    return { tag_group: groups.map((group) => groupFacts(group, tagsOf(desk, group), tellsDeleted)) }
  }
  if (p.tag_id?.length) {
    const wanted = p.tag_id.map((id) => needTag(desk, shelf, id))
    const groups = [...new Set(wanted.map((tag) => tag.groupId))].flatMap((id) => world.tagGroups.get(id) ?? [])
    const tagsIn = (group: TagGroup): Tag[] => wanted.filter((tag) => tag.groupId === group.id)
    return { tag_group: groups.map((group) => groupFacts(group, tagsIn(group), tellsDeleted)) }
  }
  const knownUntilMs = desk.clock.now() - desk.moods.tagLagMs
  const isTold = ({ createdAtMs }: Tag | TagGroup): boolean => createdAtMs <= knownUntilMs
  const live = [...world.tagGroups.values()].filter((group) => !group.deleted && isOn(shelf, group) && isTold(group))
  const sorted = live.sort((a, b) => b.order - a.order)
  return { tag_group: sorted.map((group) => groupFacts(group, tagsOf(desk, group).filter(isTold), false)) }
}

interface NewTags {
  group_id: string | undefined
  group_name: string | undefined
  order: number | undefined
  tag: { name: string; order: number | undefined }[]
}

export function addTags(desk: Desk, shelf: Shelf, p: NewTags) {
  const liveCount = [...desk.world.tags.values()].filter((tag) => !tag.deleted).length
  if (liveCount + p.tag.length > MAX_TAGS) refuse(40126, 'too many tags')
  const given = p.group_id ? alive(needGroup(desk, shelf, p.group_id)) : undefined
  if (!given && !p.group_name) refuse(40058, 'group_id or group_name needed')
  const { strategyId } = shelf
  const made = { byApp: true, order: p.order ?? 0, ...(strategyId === undefined ? {} : { strategyId }) }
  const group = given ?? putTagGroup(desk, p.group_name ?? '', made)
  const tags = p.tag.map((tag) => putTag(desk, group, tag.name, { byApp: true, order: tag.order ?? 0 }))
  desk.changed()
  return { tag_group: groupFacts(group, [...new Set(tags)], false) }
}

export function editTag(
  desk: Desk,
  shelf: Shelf,
  p: { id: string; name?: string | undefined; order?: number | undefined },
) {
  const { world } = desk
  const held = world.tagGroups.get(p.id)
  const group = held && !held.deleted && isOn(shelf, held) ? held : undefined
  const target = group ?? alive(needTag(desk, shelf, p.id))
  if (!target.byApp) refuse(81011, 'no privilege: not made by this app')
  const siblings: (Tag | TagGroup)[] =
    'tagIds' in target
      ? [...world.tagGroups.values()].filter((other) => other.strategyId === target.strategyId)
      : tagsOf(desk, needGroup(desk, shelf, target.groupId))
  const isTaken = siblings.some((other) => other !== target && !other.deleted && other.name === p.name)
  if (p.name !== undefined && isTaken) refuse(40071, 'name taken')
  if (p.name) target.name = p.name
  if (p.order !== undefined) target.order = p.order
  desk.changed()
  return {}
}

export function delTags(
  desk: Desk,
  shelf: Shelf,
  p: { tag_id?: string[] | undefined; group_id?: string[] | undefined },
) {
  if (!p.tag_id?.length && !p.group_id?.length) refuse(40058, 'tag_id or group_id needed')
  const tags = (p.tag_id ?? []).map((id) => alive(needTag(desk, shelf, id)))
  const groups = (p.group_id ?? []).map((id) => needGroup(desk, shelf, id))
  if ([...tags, ...groups].some((target) => !target.byApp)) refuse(81011, 'no privilege: not made by this app')
  for (const tag of tags) dropTag(desk, tag)
  for (const group of groups) dropTagGroup(desk, group)
  desk.changed()
  return {}
}

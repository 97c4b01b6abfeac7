import type { Desk } from './desk.ts'
import { newTagId, type Tag, type TagGroup } from './world.ts'

interface Made {
  byApp: boolean
  order?: number
  /** Group of a strategy (规则组). */
  strategyId?: number
}

/** The live group of that name, made if there is none. */
export function putTagGroup({ world, random, clock }: Desk, name: string, made: Made): TagGroup {
  const held = [...world.tagGroups.values()].find(
    (group) => group.name === name && !group.deleted && group.strategyId === made.strategyId,
  )
  if (held) return held
  const group: TagGroup = {
    id: newTagId(random),
    name,
    order: made.order ?? 0,
    createdAtMs: clock.now(),
    deleted: false,
    byApp: made.byApp,
    ...(made.strategyId === undefined ? {} : { strategyId: made.strategyId }),
    tagIds: [],
  }
  world.tagGroups.set(group.id, group)
  return group
}

/** The live tag of that name in the group, made if there is none. */
export function putTag({ world, random, clock }: Desk, group: TagGroup, name: string, made: Made): Tag {
  for (const id of group.tagIds) {
    const held = world.tags.get(id)
    if (held && !held.deleted && held.name === name) return held
  }
  const tag: Tag = {
    id: newTagId(random),
    groupId: group.id,
    name,
    order: made.order ?? 0,
    createdAtMs: clock.now(),
    deleted: false,
    byApp: made.byApp,
  }
  world.tags.set(tag.id, tag)
  group.tagIds.push(tag.id)
  return tag
}

/** A group without tags goes with its last one. Customers lose the tag at once: deleted ids are skipped when read. */
export function dropTag({ world }: Desk, tag: Tag): void {
  tag.deleted = true
  const group = world.tagGroups.get(tag.groupId)
  if (group?.tagIds.every((id) => world.tags.get(id)?.deleted !== false)) group.deleted = true
}

export function dropTagGroup(desk: Desk, group: TagGroup): void {
  group.deleted = true
  for (const id of group.tagIds) {
    const tag = desk.world.tags.get(id)
    if (tag) tag.deleted = true
  }
}

import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { int, need, objects, text, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import { findFollow, findStaff, markTags, pairKey, refuseUnlicensed } from '../relations.ts'
import { dropTag, dropTagGroup, putTag, putTagGroup } from '../tag-library.ts'
import type { Tag, TagGroup } from '../world.ts'

/** Corp tags; newer docs. */
const MAX_TAGS = 10_000
const MAX_TAGS_PER_PAIR = 3_000

const tagFacts = (tag: Tag, withDeleted: boolean) => ({
  id: tag.id,
  name: tag.name,
  create_time: toSec(tag.createdAtMs),
  order: tag.order,
  ...(withDeleted ? { deleted: tag.deleted } : {}),
})

function groupFacts(group: TagGroup, tags: Tag[], withDeleted: boolean) {
  return {
    group_id: group.id,
    group_name: group.name,
    create_time: toSec(group.createdAtMs),
    order: group.order,
    ...(withDeleted ? { deleted: group.deleted } : {}),
    tag: tags.sort((a, b) => b.order - a.order).map((tag) => tagFacts(tag, withDeleted)),
  }
}

const tagsOf = ({ world }: Desk, group: TagGroup, withDeleted: boolean): Tag[] =>
  group.tagIds.flatMap((id) => {
    const tag = world.tags.get(id)
    return tag && (withDeleted || !tag.deleted) ? [tag] : []
  })

const liveTag = ({ world }: Desk, id: string): Tag => {
  const tag = world.tags.get(id)
  return tag && !tag.deleted ? tag : refuse(40068, 'invalid tagid')
}

/** The corp's tag library and the tags on a pair. Docs 92117, 92118. */
export function tagEndpoints() {
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/get_corp_tag_list',
      method: 'POST',
      params: { tag_id: texts(), group_id: texts() },
      empty: { tag_group: [] },
      handle: (p, desk) => {
        const { world } = desk
        if (p.group_id?.length) {
          const groups = p.group_id.map((id) => world.tagGroups.get(id) ?? refuse(40068, 'invalid group id'))
          return { tag_group: groups.map((group) => groupFacts(group, tagsOf(desk, group, true), true)) }
        }
        if (p.tag_id?.length) {
          const wanted = p.tag_id.map((id) => world.tags.get(id) ?? refuse(40068, 'invalid tagid'))
          const groupIds = [...new Set(wanted.map((tag) => tag.groupId))]
          const groups = groupIds.flatMap((id) => world.tagGroups.get(id) ?? [])
          const tagGroup = groups.map((group) =>
            groupFacts(
              group,
              wanted.filter((tag) => tag.groupId === group.id),
              true,
            ),
          )
          return { tag_group: tagGroup }
        }
        const live = [...world.tagGroups.values()].filter((group) => !group.deleted).sort((a, b) => b.order - a.order)
        const knownUntilMs = desk.clock.now() - desk.moods.tagLagMs
        const isTold = ({ createdAtMs }: Tag | TagGroup): boolean => createdAtMs <= knownUntilMs
        return {
          tag_group: live
            .filter(isTold)
            .map((group) => groupFacts(group, tagsOf(desk, group, false).filter(isTold), false)),
        }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/add_corp_tag',
      method: 'POST',
      params: {
        group_id: text(),
        group_name: text({ chars: 30, tooLong: 40072 }),
        order: int(),
        tag: need(objects({ name: need(text({ chars: 30, tooLong: 40072 }), 41018), order: int() })),
        agentid: int(),
      },
      handle: (p, desk) => {
        const { world } = desk
        const liveCount = [...world.tags.values()].filter((tag) => !tag.deleted).length
        if (liveCount + p.tag.length > MAX_TAGS) refuse(40126, 'too many tags')
        const given = p.group_id ? world.tagGroups.get(p.group_id) : undefined
        if (p.group_id && (!given || given.deleted)) refuse(40068, 'invalid group id')
        if (!given && !p.group_name) refuse(40058, 'group_id or group_name needed')
        const group = given ?? putTagGroup(desk, p.group_name ?? '', { byApp: true, order: p.order ?? 0 })
        const tags = p.tag.map((tag) => putTag(desk, group, tag.name, { byApp: true, order: tag.order ?? 0 }))
        desk.changed()
        return { tag_group: groupFacts(group, [...new Set(tags)], false) }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/edit_corp_tag',
      method: 'POST',
      params: { id: need(text(), 41017), name: text({ chars: 30, tooLong: 40072 }), order: int(), agentid: int() },
      handle: (p, desk) => {
        const { world } = desk
        const group = world.tagGroups.get(p.id)
        const target = group && !group.deleted ? group : liveTag(desk, p.id)
        if (!target.byApp) refuse(81011, 'no privilege: not made by this app')
        const siblings: (Tag | TagGroup)[] =
          'tagIds' in target ? [...world.tagGroups.values()] : siblingsOf(desk, target)
        const isTaken = siblings.some((other) => other !== target && !other.deleted && other.name === p.name)
        if (p.name !== undefined && isTaken) refuse(40071, 'name taken')
        if (p.name) target.name = p.name
        if (p.order !== undefined) target.order = p.order
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/del_corp_tag',
      method: 'POST',
      params: { tag_id: texts(), group_id: texts(), agentid: int() },
      handle: (p, desk) => {
        if (!p.tag_id?.length && !p.group_id?.length) refuse(40058, 'tag_id or group_id needed')
        const tags = (p.tag_id ?? []).map((id) => liveTag(desk, id))
        const groups = (p.group_id ?? []).map((id) => desk.world.tagGroups.get(id) ?? refuse(40068, 'invalid group id'))
        if ([...tags, ...groups].some((target) => !target.byApp)) refuse(81011, 'no privilege: not made by this app')
        for (const tag of tags) dropTag(desk, tag)
        for (const group of groups) dropTagGroup(desk, group)
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/mark_tag',
      method: 'POST',
      params: {
        userid: need(text(), 41009),
        external_userid: need(text(), 41035),
        add_tag: texts(),
        remove_tag: texts(),
      },
      conflictKey: (p) => `mark_tag ${pairKey(p.userid, p.external_userid)}`,
      handle: (p, desk) => {
        const { world } = desk
        if (!p.add_tag?.length && !p.remove_tag?.length) refuse(40058, 'add_tag or remove_tag needed')
        refuseUnlicensed(findStaff(world, p.userid))
        if (!world.customers.has(p.external_userid)) refuse(40096, 'invalid external userid')
        const follow = findFollow(world, p.userid, p.external_userid) ?? refuse(84061, 'not external contact')
        for (const id of [...(p.add_tag ?? []), ...(p.remove_tag ?? [])]) liveTag(desk, id)
        if (follow.tagIds.size + (p.add_tag?.length ?? 0) > MAX_TAGS_PER_PAIR)
          refuse(40058, 'too many tags on a customer')
        markTags(follow, { add: p.add_tag ?? [], remove: p.remove_tag ?? [] })
        desk.changed()
        return {}
      },
    }),
  ]
}

function siblingsOf({ world }: Desk, tag: Tag): Tag[] {
  return (world.tagGroups.get(tag.groupId)?.tagIds ?? []).flatMap((id) => world.tags.get(id) ?? [])
}

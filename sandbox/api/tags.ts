import type { Desk } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { int, need, text, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import { findFollow, findStaff, markTags, pairKey, refuseUnlicensed } from '../relations.ts'
import { addTagParams, addTags, delTags, editTag, editTagParams, listTags, type Shelf } from './tag-shelf.ts'

const MAX_TAGS_PER_PAIR = 3_000
const CORP: Shelf = { kind: 'corp' }
const some = { tag_id: texts(), group_id: texts() }
const agentid = int()

/** Corp and strategy tags alike. */
function needLiveTag({ world }: Desk, id: string): void {
  if (world.tags.get(id)?.deleted !== false) refuse(40068, 'invalid tagid')
}

/** The corp's tag library and the tags on a pair. Docs 92117, 92118. */
export function tagEndpoints() {
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/get_corp_tag_list',
      method: 'POST',
      params: some,
      empty: { tag_group: [] },
      handle: (p, desk) => listTags(desk, CORP, p),
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/add_corp_tag',
      method: 'POST',
      params: { ...addTagParams, agentid },
      handle: (p, desk) => addTags(desk, CORP, p),
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/edit_corp_tag',
      method: 'POST',
      params: { ...editTagParams, agentid },
      handle: (p, desk) => editTag(desk, CORP, p),
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/del_corp_tag',
      method: 'POST',
      params: { ...some, agentid },
      handle: (p, desk) => delTags(desk, CORP, p),
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
        for (const id of [...(p.add_tag ?? []), ...(p.remove_tag ?? [])]) needLiveTag(desk, id)
        if (follow.tagIds.size + (p.add_tag?.length ?? 0) > MAX_TAGS_PER_PAIR)
          refuse(40058, 'too many tags on a customer')
        markTags(follow, { add: p.add_tag ?? [], remove: p.remove_tag ?? [] })
        desk.changed()
        return {}
      },
    }),
  ]
}

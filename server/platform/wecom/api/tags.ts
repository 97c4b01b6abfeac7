import Type, { type Static } from 'typebox'
import { TAG_NAME_CHARS } from '../../../core/kernel/wecom-limits.ts'
import type { Call } from '../call.ts'
import { post } from '../wire/endpoint.ts'
import { Characters, notAllEmpty } from '../wire/text-limits.ts'
import { Done, Id, KeptId, optionalInteger } from './common.ts'

export const CorpTagGroup = Type.Object({
  group_id: KeptId,
  group_name: Type.String({ maxLength: 100 }),
  order: optionalInteger,
  create_time: optionalInteger,
  /** Told only when the request names ids. */
  deleted: Type.Optional(Type.Boolean()),
  tag: Type.Array(
    Type.Object({
      id: KeptId,
      name: Type.String({ maxLength: 100 }),
      order: optionalInteger,
      create_time: optionalInteger,
      deleted: Type.Optional(Type.Boolean()),
    }),
  ),
})
export type CorpTagGroup = Static<typeof CorpTagGroup>

const TagName = Characters(TAG_NAME_CHARS, '标签名')

const List = post({
  path: '/cgi-bin/externalcontact/get_corp_tag_list',
  repeatable: true,
  request: Type.Object({
    tag_id: Type.Optional(Type.Array(Id)),
    group_id: Type.Optional(Type.Array(Id)),
  }),
  answer: Type.Object({ tag_group: Type.Array(CorpTagGroup) }),
})
/** Rules of names and groups are the same for the corp's tags and those of strategies. */
export const newTags = {
  group_id: Type.Optional(Id),
  group_name: Type.Optional(Characters(TAG_NAME_CHARS, '标签组名')),
  order: optionalInteger,
  tag: Type.Array(Type.Object({ name: TagName, order: optionalInteger }), { minItems: 1 }),
}
export const changedTag = Type.Object({ id: Id, name: Type.Optional(TagName), order: optionalInteger })
export const deletedTags = Type.Refine(
  Type.Object({ tag_id: Type.Optional(Type.Array(Id)), group_id: Type.Optional(Type.Array(Id)) }),
  (value) => notAllEmpty(['tag_id', 'group_id'], value),
  () => '要写明删除哪个标签或标签组',
)

const Add = post({
  path: '/cgi-bin/externalcontact/add_corp_tag',
  repeatable: true,
  request: Type.Refine(
    Type.Object(newTags),
    (value) => notAllEmpty(['group_id', 'group_name'], value),
    () => '要写明标签组',
  ),
  answer: Type.Object({ tag_group: CorpTagGroup }),
})
const Edit = post({
  path: '/cgi-bin/externalcontact/edit_corp_tag',
  repeatable: true,
  request: changedTag,
  answer: Done,
})
const Del = post({ path: '/cgi-bin/externalcontact/del_corp_tag', request: deletedTags, answer: Done })
const Mark = post({
  path: '/cgi-bin/externalcontact/mark_tag',
  repeatable: true,
  request: Type.Refine(
    Type.Object({
      userid: Id,
      external_userid: Id,
      add_tag: Type.Optional(Type.Array(Id)),
      remove_tag: Type.Optional(Type.Array(Id)),
    }),
    (value) => notAllEmpty(['add_tag', 'remove_tag'], value),
    () => '要写明添加或移除哪些标签',
  ),
  answer: Done,
})

/** Corp tags (企业标签). 10,000 per corp (40126). Changes made here raise no callback. Docs 92117, 92118. */
export const createTags = (call: Call) => ({
  /** All groups, or those of the named ids (group_id wins over tag_id). Safe to repeat. */
  list: (body: Static<typeof List.request> = {}) => call(List, body),
  /** Names ≤30 characters. A group name in use is appended to, a tag name in use gives back the tag that is there: safe
   *  to repeat. */
  add: (body: Static<typeof Add.request>) => call(Add, body),
  /** id: of a tag or a group made by this app (else 81011). Throws 40071 when the name is taken. Safe to repeat. */
  edit: (body: Static<typeof Edit.request>) => call(Edit, body),
  /** Takes the tag off every customer; the last tag takes its group along. Repeating throws 40068. */
  del: (body: Static<typeof Del.request>) => call(Del, body),
  /** For one member and one customer. An unknown id fails the whole call (40068). Throws 45035 when the same customer is
   *  being tagged by another call. Safe to repeat. */
  mark: (body: Static<typeof Mark.request>) => call(Mark, body),
})

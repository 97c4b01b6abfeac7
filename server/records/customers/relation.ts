import { maskPhones, mobilesIn } from '../../core/kernel/mask-phones.ts'
import { isWhole } from '../../platform/wecom/wire/left-out.ts'

export interface Pair {
  externalUserId: string
  userId: string
}

/** One guide–customer relation as WeCom tells it now, from externalcontact/get or batch/get_by_user alike. What is undefined
 *  was not told, and says nothing; what WeCom tells to be empty is empty. */
export interface Relation {
  externalUserId: string
  userId: string
  name: string | undefined
  avatar: string | undefined
  type: number | undefined
  gender: number | undefined
  corpName: string | undefined
  unionId: string | undefined
  /** Without the phones in it, as all that people write; `set-remark.ts` puts them back when a guide changes it. */
  remark: string | undefined
  /** Undefined where WeCom leaves the createtime out. */
  createdAtMs: number | undefined
  addWay: number | undefined
  state: string | undefined
  /** Those that the guide noted as phones, and those in the remark and the description. */
  mobiles: string[] | undefined
  /** Corp tags only. */
  tagIds: string[] | undefined
}

interface ContactAnswer {
  external_userid: string
  name?: string
  avatar?: string
  type?: number
  gender?: number
  corp_name?: string
  unionid?: string
}

interface FollowAnswer {
  userid: string
  remark?: string
  description?: string
  /** Unix seconds. */
  createtime?: number
  add_way?: number
  state?: string
  remark_mobiles?: string[]
  /** externalcontact/get; personal tags have no id. */
  tags?: { type?: number; tag_id?: string }[]
  /** batch/get_by_user. */
  tag_id?: string[]
}

const notEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

const masked = (text: string | undefined): string | undefined => text && maskPhones(text)

const PERSONAL = 2

/** Undefined when even one of them cannot be read: the rest would look as if that one had been taken off. */
function tagIdsOf({ tag_id, tags }: FollowAnswer): string[] | undefined {
  if (tag_id !== undefined) return isWhole(tag_id) ? tag_id : undefined
  const isNamed = ({ type, tag_id: id }: { type?: number; tag_id?: string }): boolean =>
    type === PERSONAL || (id !== undefined && id !== '')
  return tags !== undefined && isWhole(tags) && tags.every(isNamed)
    ? tags.flatMap((tag) => tag.tag_id ?? [])
    : undefined
}

export function toRelation(contact: ContactAnswer, follow: FollowAnswer): Relation {
  const tagIds = tagIdsOf(follow)
  const mobiles = follow.remark_mobiles
  return {
    externalUserId: contact.external_userid,
    userId: follow.userid,
    name: masked(contact.name),
    avatar: contact.avatar,
    type: contact.type,
    gender: contact.gender,
    corpName: contact.corp_name,
    unionId: notEmpty(contact.unionid),
    remark: masked(follow.remark),
    createdAtMs: follow.createtime === undefined ? undefined : follow.createtime * 1_000,
    addWay: follow.add_way,
    state: notEmpty(follow.state),
    mobiles:
      mobiles !== undefined && isWhole(mobiles)
        ? [...mobiles, ...mobilesIn(follow.remark ?? ''), ...mobilesIn(follow.description ?? '')]
        : undefined,
    tagIds: tagIds && [...new Set(tagIds.filter((tagId) => tagId !== ''))],
  }
}

/** One text per guide–customer pair, for sets and maps. */
export const pairOf = ({ externalUserId, userId }: Pair): string => `${externalUserId}\n${userId}`

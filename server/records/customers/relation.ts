export interface Pair {
  externalUserId: string
  userId: string
}

/** One guide–customer relation as WeCom tells it now, from externalcontact/get or batch/get_by_user alike. */
export interface Relation {
  externalUserId: string
  userId: string
  name: string | undefined
  avatar: string | undefined
  type: number | undefined
  gender: number | undefined
  corpName: string | undefined
  unionId: string | undefined
  remark: string | undefined
  description: string | undefined
  /** Undefined where WeCom leaves the createtime out. */
  createdAtMs: number | undefined
  addWay: number | undefined
  state: string | undefined
  mobiles: string[]
  /** Corp tags only. */
  tagIds: string[]
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
  tags?: { tag_id?: string }[]
  /** batch/get_by_user. */
  tag_id?: string[]
}

const notEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

export function toRelation(contact: ContactAnswer, follow: FollowAnswer): Relation {
  const tagIds = follow.tag_id ?? (follow.tags ?? []).flatMap((tag) => tag.tag_id ?? [])
  return {
    externalUserId: contact.external_userid,
    userId: follow.userid,
    name: notEmpty(contact.name),
    avatar: notEmpty(contact.avatar),
    type: contact.type,
    gender: contact.gender,
    corpName: notEmpty(contact.corp_name),
    unionId: notEmpty(contact.unionid),
    remark: notEmpty(follow.remark),
    description: notEmpty(follow.description),
    createdAtMs: follow.createtime === undefined ? undefined : follow.createtime * 1_000,
    addWay: follow.add_way,
    state: notEmpty(follow.state),
    mobiles: follow.remark_mobiles ?? [],
    tagIds: [...new Set(tagIds.filter((tagId) => tagId !== ''))],
  }
}

/** One text per guide–customer pair, for sets and maps. */
export const pairOf = ({ externalUserId, userId }: Pair): string => `${externalUserId}\n${userId}`

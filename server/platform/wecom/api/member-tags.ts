import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { get, post } from '../wire/endpoint.ts'
import { Characters, notAllEmpty } from '../wire/text-limits.ts'
import { Done, Id, optionalText } from './common.ts'

const TagId = Type.Object({ tagid: Type.Integer({ minimum: 1 }) })
const tagname = Characters(32, '成员标签名')

const Create = post({
  path: '/cgi-bin/tag/create',
  request: Type.Object({ tagname, tagid: Type.Optional(Type.Integer({ minimum: 1 })) }),
  answer: TagId,
})
const Rename = post({
  path: '/cgi-bin/tag/update',
  repeatable: true,
  request: Type.Object({ tagid: Type.Integer(), tagname }),
  answer: Done,
})
const Delete = get({ path: '/cgi-bin/tag/delete', repeatable: false, request: TagId, answer: Done })
const Get = get({
  path: '/cgi-bin/tag/get',
  request: TagId,
  answer: Type.Object({
    tagname: optionalText,
    userlist: Type.Optional(Type.Array(Type.Object({ userid: Id, name: optionalText }))),
    partylist: Type.Optional(Type.Array(Type.Integer())),
  }),
})
const membersAt = (path: string) =>
  post({
    path,
    repeatable: true,
    request: Type.Refine(
      Type.Object({
        tagid: Type.Integer(),
        userlist: Type.Optional(Type.Array(Id, { maxItems: 1_000 })),
        partylist: Type.Optional(Type.Array(Type.Integer(), { maxItems: 100 })),
      }),
      (value) => notAllEmpty(['userlist', 'partylist'], value),
      () => '要写明标签加给或取消哪些成员、部门',
    ),
    answer: Type.Object({
      invalidlist: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
      invalidparty: Type.Optional(Type.Array(Type.Integer())),
    }),
  })
const Add = membersAt('/cgi-bin/tag/addtagusers')
const Remove = membersAt('/cgi-bin/tag/deltagusers')
const List = get({
  path: '/cgi-bin/tag/list',
  request: Type.Object({}),
  answer: Type.Object({
    taglist: Type.Optional(Type.Array(Type.Object({ tagid: Type.Integer(), tagname: optionalText }))),
  }),
})

/** 通讯录标签: of members and departments; not the tags of customers. An app changes only those it made (81011). */
export const createMemberTags = (call: Call) => ({
  /** Throws 40071 when the name is taken. Not safe to repeat. Doc 90210. */
  create: (body: Static<typeof Create.request>) => call(Create, body),
  /** Safe to repeat. Doc 90211. */
  rename: (body: Static<typeof Rename.request>) => call(Rename, body),
  /** Throws 40068 when there is none. Doc 90212. */
  remove: (tagid: number) => call(Delete, { tagid }),
  /** Who has it. Doc 90213. */
  get: (tagid: number) => call(Get, { tagid }),
  /** ≤1,000 members and ≤100 departments a call; those that do not exist come back. Safe to repeat. Doc 90214. */
  addMembers: (body: Static<typeof Add.request>) => call(Add, body),
  /** Safe to repeat. Doc 90215. */
  removeMembers: (body: Static<typeof Remove.request>) => call(Remove, body),
  /** Doc 90216. */
  list: () => call(List, {}),
})

import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { get, post } from '../wire/endpoint.ts'
import { Bytes, Characters, notAllEmpty } from '../wire/text-limits.ts'
import { Done, Id, optionalInteger, optionalText } from './common.ts'

/** 1–64 bytes, the first a letter or digit; case does not count. */
const UserId = Type.Refine(
  Type.String(),
  (value) => /^[0-9a-zA-Z][0-9a-zA-Z_\-@.]{0,63}$/.test(value),
  () => '「成员账号」只能有字母、数字和 _-@.，1–64 个，以字母或数字开头',
)
const member = {
  name: Characters(64, '成员姓名'),
  department: Type.Array(Type.Integer(), { minItems: 1, maxItems: 20 }),
  alias: Type.Optional(Characters(64, '成员别名')),
  mobile: optionalText,
  email: Type.Optional(Bytes(64, '邮箱')),
  biz_mail: Type.Optional(Bytes(64, '企业邮箱')),
  telephone: Type.Optional(Bytes(32, '座机')),
  address: Type.Optional(Characters(128, '地址')),
  position: Type.Optional(Characters(128, '职务')),
  gender: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 })),
  order: Type.Optional(Type.Array(Type.Integer(), { maxItems: 20 })),
  is_leader_in_dept: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 1 }), { maxItems: 20 })),
  main_department: optionalInteger,
  direct_leader: Type.Optional(Type.Array(Id, { maxItems: 5 })),
  enable: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1)])),
  to_invite: Type.Optional(Type.Boolean()),
}
const CreateMember = post({
  path: '/cgi-bin/user/create',
  request: Type.Refine(
    Type.Object({ ...member, userid: UserId }),
    (value) => notAllEmpty(['mobile', 'email'], value),
    () => '成员的手机号和邮箱至少填一个',
  ),
  answer: Done,
})
const UpdateMember = post({
  path: '/cgi-bin/user/update',
  repeatable: true,
  request: Type.Object({
    ...member,
    name: Type.Optional(member.name),
    department: Type.Optional(member.department),
    userid: Id,
    new_userid: Type.Optional(UserId),
  }),
  answer: Done,
})
const DeleteMember = get({
  path: '/cgi-bin/user/delete',
  repeatable: false,
  request: Type.Object({ userid: Id }),
  answer: Done,
})
const DeleteMembers = post({
  path: '/cgi-bin/user/batchdelete',
  request: Type.Object({ useridlist: Type.Array(Id, { minItems: 1, maxItems: 200 }) }),
  answer: Done,
})

const departmentName = Type.Refine(
  Characters(32, '部门名称'),
  (value) => value !== '' && !/[\\:*?"<>|]/.test(value),
  () => '「部门名称」不能为空，也不能有 \\ : * ? " < > |',
)
const CreateDepartment = post({
  path: '/cgi-bin/department/create',
  request: Type.Object({
    name: departmentName,
    parentid: Type.Integer({ minimum: 1 }),
    id: Type.Optional(Type.Integer({ minimum: 1 })),
    order: optionalInteger,
  }),
  answer: Type.Object({ id: Type.Integer() }),
})
const UpdateDepartment = post({
  path: '/cgi-bin/department/update',
  repeatable: true,
  request: Type.Object({
    id: Type.Integer(),
    name: Type.Optional(departmentName),
    parentid: optionalInteger,
    order: optionalInteger,
  }),
  answer: Done,
})
const DeleteDepartment = get({
  path: '/cgi-bin/department/delete',
  repeatable: false,
  request: Type.Object({ id: Type.Integer() }),
  answer: Done,
})

const Job = Type.Object({ jobid: Id })
const importBy = (path: string) =>
  post({
    path,
    request: Type.Object({
      /** CSV after the console's template, from media.upload as `file`. */
      media_id: Id,
      to_invite: Type.Optional(Type.Boolean()),
      /** Where the event batch_job_result goes; without it there is none. */
      callback: Type.Optional(Type.Object({ url: Id, token: Id, encodingaeskey: Id })),
    }),
    answer: Job,
  })
const SyncMembers = importBy('/cgi-bin/batch/syncuser')
const ReplaceMembers = importBy('/cgi-bin/batch/replaceuser')
const ReplaceDepartments = importBy('/cgi-bin/batch/replaceparty')
const ImportResult = get({
  path: '/cgi-bin/batch/getresult',
  request: Job,
  answer: Type.Object({
    /** 1 begun, 2 under way, 3 done. */
    status: Type.Integer(),
    type: optionalText,
    total: optionalInteger,
    percentage: optionalInteger,
    result: Type.Optional(
      Type.Array(
        Type.Object({
          errcode: optionalInteger,
          /** 1 made, 2 changed. */
          action: optionalInteger,
          userid: optionalText,
          partyid: optionalInteger,
        }),
      ),
    ),
  }),
})
const Invite = post({
  path: '/cgi-bin/batch/invite',
  request: Type.Refine(
    Type.Object({
      user: Type.Optional(Type.Array(Id, { maxItems: 1_000 })),
      party: Type.Optional(Type.Array(Type.Integer(), { maxItems: 100 })),
      tag: Type.Optional(Type.Array(Type.Integer(), { maxItems: 100 })),
    }),
    (value) => notAllEmpty(['user', 'party', 'tag'], value),
    () => '要写明邀请谁',
  ),
  answer: Type.Object({
    invaliduser: Type.Optional(Type.Array(Type.String())),
    invalidparty: Type.Optional(Type.Array(Type.Integer())),
    invalidtag: Type.Optional(Type.Array(Type.Integer())),
  }),
})

type Body<E extends { request: Type.TSchema }> = Static<E['request']>

/** The directory (通讯录), written. All but `invite` need a client made with the secret of 通讯录同步: an app's own secret is
 *  refused with 48002. */
export const createDirectory = (call: Call) => ({
  members: {
    /** ≤20 departments, mobile or email. Throws 60102 exists, 60104/60106 mobile/email taken, 60123. Not safe to repeat.
     *  Doc 90195. */
    create: (body: Body<typeof CreateMember>) => call(CreateMember, body),
    /** Only what is given changes; `new_userid` once in a member's life (301036). Safe to repeat. Doc 90197. */
    update: (body: Body<typeof UpdateMember>) => call(UpdateMember, body),
    /** The member's customers become unassigned. Throws 60111. Doc 90198. */
    remove: (userid: string) => call(DeleteMember, { userid }),
    /** ≤200; one wrong id and none goes. Doc 90199. */
    removeMany: (useridlist: string[]) => call(DeleteMembers, { useridlist }),
  },
  departments: {
    /** Throws 60008 name taken, 60004 no such parent. Not safe to repeat. Doc 90205. */
    create: (body: Body<typeof CreateDepartment>) => call(CreateDepartment, body),
    /** Throws 60010 when it would lie below itself. Safe to repeat. Doc 90206. */
    update: (body: Body<typeof UpdateDepartment>) => call(UpdateDepartment, body),
    /** Throws 60005 has members, 60006 has children, 60007 root. Doc 90207. */
    remove: (id: number) => call(DeleteDepartment, { id }),
  },
  imports: {
    /** Members of the file are made or changed. One import at a time (302008). Doc 90980. */
    syncMembers: (body: Body<typeof SyncMembers>) => call(SyncMembers, body),
    /** And all others leave the corp; 45026 when that would be most of them. Doc 90981. */
    replaceMembers: (body: Body<typeof ReplaceMembers>) => call(ReplaceMembers, body),
    /** Doc 90982. */
    replaceDepartments: (body: Body<typeof ReplaceDepartments>) => call(ReplaceDepartments, body),
    /** Of the last five. Throws 40088, 40089. Safe to repeat. Doc 90983. */
    result: (jobid: string) => call(ImportResult, { jobid }),
  },
  /** Members get a message to activate their account. Not safe to repeat. Doc 90975. */
  invite: (body: Body<typeof Invite>) => call(Invite, body),
})

import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { get, post } from '../wire/endpoint.ts'
import { Bytes } from '../wire/text-limits.ts'
import { Cursor, Id, KeptId, NextCursor, optionalInteger, optionalText } from './common.ts'

export const Member = Type.Object({
  userid: KeptId,
  name: optionalText,
  alias: optionalText,
  position: optionalText,
  department: Type.Optional(Type.Array(Type.Integer())),
  main_department: optionalInteger,
  /** One number for each of `department`: 1 where the member is its head (部门负责人). */
  is_leader_in_dept: Type.Optional(Type.Array(Type.Integer())),
  avatar: optionalText,
  /** 1 active, 2 disabled, 4 not activated, 5 left. */
  status: optionalInteger,
})
export type Member = Static<typeof Member>

const Get = get({ path: '/cgi-bin/user/get', request: Type.Object({ userid: Id }), answer: Member })
const SimpleList = get({
  path: '/cgi-bin/user/simplelist',
  request: Type.Object({ department_id: Type.Integer() }),
  answer: Type.Object({
    userlist: Type.Array(
      Type.Object({ userid: KeptId, name: optionalText, department: Type.Optional(Type.Array(Type.Integer())) }),
    ),
  }),
})
export const ListedDepartment = Type.Object({
  id: Type.Integer(),
  name: optionalText,
  parentid: optionalInteger,
  order: optionalInteger,
  /** userids of its heads. */
  department_leader: Type.Optional(Type.Array(Id)),
})
export type ListedDepartment = Static<typeof ListedDepartment>

const Departments = get({
  path: '/cgi-bin/department/list',
  request: Type.Object({ id: Type.Optional(Type.Integer()) }),
  answer: Type.Object({
    department: Type.Array(ListedDepartment),
  }),
})

const DepartmentRow = Type.Object({ id: Type.Integer(), parentid: optionalInteger, order: optionalInteger })
const DepartmentIds = get({
  path: '/cgi-bin/department/simplelist',
  request: Type.Object({ id: Type.Optional(Type.Integer()) }),
  answer: Type.Object({ department_id: Type.Optional(Type.Array(DepartmentRow)) }),
})
const Department = get({
  path: '/cgi-bin/department/get',
  request: Type.Object({ id: Type.Integer() }),
  answer: Type.Object({ department: Type.Intersect([DepartmentRow, Type.Object({ name: optionalText })]) }),
})
const List = get({
  path: '/cgi-bin/user/list',
  request: Type.Object({ department_id: Type.Integer() }),
  answer: Type.Object({ userlist: Type.Optional(Type.Array(Member)) }),
})
const ListIds = post({
  path: '/cgi-bin/user/list_id',
  repeatable: true,
  request: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })), cursor: Cursor }),
  answer: Type.Object({
    dept_user: Type.Optional(Type.Array(Type.Object({ userid: Id, department: Type.Integer() }))),
    next_cursor: NextCursor,
  }),
})
const Found = Type.Object({ userid: Id })
const ByMobile = post({
  path: '/cgi-bin/user/getuserid',
  repeatable: true,
  request: Type.Object({
    mobile: Type.Refine(
      Bytes(32, '手机号'),
      (value) => Buffer.byteLength(value) >= 5,
      () => '「手机号」至少 5 位',
    ),
  }),
  answer: Found,
})
const ByEmail = post({
  path: '/cgi-bin/user/get_userid_by_email',
  repeatable: true,
  request: Type.Object({
    email: Type.String({ minLength: 3 }),
    /** 1 corp mail (default), 2 personal mail. */
    email_type: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2)])),
  }),
  answer: Found,
})
const ToOpenId = post({
  path: '/cgi-bin/user/convert_to_openid',
  repeatable: true,
  request: Type.Object({ userid: Id }),
  answer: Type.Object({ openid: Id }),
})
const FromOpenId = post({
  path: '/cgi-bin/user/convert_to_userid',
  repeatable: true,
  request: Type.Object({ openid: Id }),
  answer: Found,
})
const ActiveCount = post({
  path: '/cgi-bin/user/get_active_stat',
  repeatable: true,
  request: Type.Object({
    date: Type.Refine(
      Type.String(),
      (value) => /^\d{4}-\d\d-\d\d$/.test(value),
      () => '「日期」要写成 2026-03-01 这样',
    ),
  }),
  answer: Type.Object({ active_cnt: Type.Integer() }),
})

/** Members (成员) and departments inside the app's visible range. All safe to repeat. */
export const createStaff = (call: Call) => ({
  /** Newer apps get no mobile, email, avatar or gender here. Throws 60111 unknown, 60011 out of range. Doc 90196. */
  get: (userid: string) => call(Get, { userid }),
  /** Members of one department, without those of its children. Doc 90200. */
  simpleList: (departmentId: number): Promise<Static<typeof SimpleList.answer>> =>
    call(SimpleList, { department_id: departmentId }),
  /** The department and all below it; without id everything in range. Doc 90208. */
  departments: (id?: number) => call(Departments, id === undefined ? {} : { id }),
  /** Members of one department in detail, without those of its children. Throws 60003, 45029 (too many). Doc 90201. */
  list: (departmentId: number): Promise<Static<typeof List.answer>> => call(List, { department_id: departmentId }),
  /** The whole corp as pairs of member and department, ≤10,000 a page. Needs the secret of 通讯录同步 (48002). Doc 96067. */
  listIds: (body: Static<typeof ListIds.request> = {}) => call(ListIds, body),
  /** Ids of a department and of all below it. Doc 95350. */
  departmentIds: (id?: number) => call(DepartmentIds, id === undefined ? {} : { id }),
  /** Throws 60003. Doc 95351. */
  department: (id: number) => call(Department, { id }),
  /** Whose mobile it is. Throws 46004; many wrong ones (about a fifth of the corp) close it for a day. Doc 91693. */
  byMobile: (mobile: string) => call(ByMobile, { mobile }),
  /** Throws 46004. Doc 95895. */
  byEmail: (body: Static<typeof ByEmail.request>) => call(ByEmail, body),
  /** For WeChat Pay. Throws 40003. Doc 90202. */
  toOpenId: (userid: string) => call(ToOpenId, { userid }),
  /** Throws 40073. Doc 90202. */
  fromOpenId: (openid: string) => call(FromOpenId, { openid }),
  /** Members active on a day (YYYY-MM-DD, the last 31 days). Doc 92714. */
  activeCount: (date: string) => call(ActiveCount, { date }),
})

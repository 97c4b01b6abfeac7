import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { get } from '../endpoint.ts'
import { Id, optionalInteger, optionalText } from './common.ts'

export const Member = Type.Object({
  userid: Id,
  name: optionalText,
  alias: optionalText,
  position: optionalText,
  department: Type.Optional(Type.Array(Type.Integer())),
  main_department: optionalInteger,
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
    userlist: Type.Optional(
      Type.Array(
        Type.Object({ userid: Id, name: optionalText, department: Type.Optional(Type.Array(Type.Integer())) }),
      ),
    ),
  }),
})
const Departments = get({
  path: '/cgi-bin/department/list',
  request: Type.Object({ id: Type.Optional(Type.Integer()) }),
  answer: Type.Object({
    department: Type.Optional(
      Type.Array(
        Type.Object({ id: Type.Integer(), name: optionalText, parentid: optionalInteger, order: optionalInteger }),
      ),
    ),
  }),
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
})

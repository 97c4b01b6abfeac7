import type { Desk } from '../desk.ts'
import { type Profile, profileOf } from '../directory.ts'
import { endpoint } from '../endpoint.ts'
import { bool, int, ints, need, object, text, texts } from '../params.ts'
import { tellDeadLinks } from '../people/acquisition-events.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import { renameMember } from '../staff-moves.ts'
import type { Staff } from '../world.ts'

const ACCOUNT_LIMIT = 10_000
const USERID = /^[0-9a-zA-Z][0-9a-zA-Z_\-@.]{0,63}$/
const anything = { read: (value: unknown) => value }
const shared = {
  name: text({ chars: 64, tooLong: 60112 }),
  alias: text({ chars: 64 }),
  mobile: text(),
  email: text({ bytes: 64, tooLong: 60105 }),
  biz_mail: text({ bytes: 64, tooLong: 60105 }),
  telephone: text({ bytes: 32, tooLong: 301013 }),
  address: text({ chars: 128 }),
  position: text({ chars: 128, tooLong: 301012 }),
  gender: int({ min: 0, max: 2 }),
  department: ints({ max: 20, tooMany: 60110 }),
  order: ints({ max: 20 }),
  is_leader_in_dept: ints({ max: 20 }),
  main_department: int(),
  direct_leader: texts({ max: 5 }),
  enable: int({ min: 0, max: 1 }),
  to_invite: bool(),
  avatar_mediaid: text(),
  extattr: anything,
  external_position: text({ chars: 12 }),
  external_profile: anything,
}
interface Given {
  mobile: string | undefined
  email: string | undefined
  department: number[] | undefined
  is_leader_in_dept: number[] | undefined
  main_department: number | undefined
  direct_leader: string[] | undefined
}

function check({ world }: Desk, p: Given, own?: string): void {
  for (const id of p.department ?? []) if (!world.departments.has(id)) refuse(60123, 'invalid department id')
  if (p.main_department !== undefined && !world.departments.has(p.main_department)) refuse(60123, 'main_department')
  if (p.is_leader_in_dept && p.is_leader_in_dept.length !== p.department?.length) refuse(60132, 'lengths differ')
  for (const id of p.direct_leader ?? []) if (!findStaff(world, id)) refuse(60111, 'leader not found')
  if (p.mobile !== undefined && !/^\+?[\d-]{5,32}$/.test(p.mobile)) refuse(60103, 'invalid mobile')
  if (p.email !== undefined && !/^[^@\s]+@[^@\s]+$/.test(p.email)) refuse(60105, 'invalid email')
  for (const [userId, profile] of world.directory.profiles) {
    if (userId === own || !findStaff(world, userId)) continue
    if (p.mobile !== undefined && profile.mobile === p.mobile) refuse(60104, 'mobile exists')
    if (p.email !== undefined && profile.email === p.email) refuse(60106, 'email exists')
  }
}

const known = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T> // a part of it

function keep({ world }: Desk, staff: Staff, p: Given & Record<string, unknown>): void {
  const before: Profile = profileOf(world.directory, staff.userId)
  const leads = p.department?.filter((_, index) => p.is_leader_in_dept?.[index] === 1)
  const after = known({
    mobile: p.mobile,
    email: p.email,
    bizMail: p.biz_mail,
    alias: p.alias,
    gender: p.gender,
    address: p.address,
    telephone: p.telephone,
    status: p.enable === undefined ? undefined : p.enable === 1 ? 1 : 2,
    leaders: p.direct_leader,
    leads: p.is_leader_in_dept === undefined ? undefined : leads,
    mainDepartment: p.main_department,
    extattr: p.extattr,
    externalPosition: p.external_position,
    externalProfile: p.external_profile,
  })
  world.directory.profiles.set(staff.userId, Object.assign({ ...before }, after))
}

const needStaff = ({ world }: Desk, userId: string): Staff =>
  findStaff(world, userId) ?? refuse(60111, 'userid not found')

function remove(desk: Desk, staff: Staff): void {
  staff.left = true
  staff.leftAtMs = desk.clock.now()
}

/** Members written by 通讯录同步; those calls raise no event for the one who made them. Docs 90195, 90197–90199. */
export function staffWriteEndpoints() {
  const userid = { userid: need(text(), 41009) }
  return [
    endpoint({
      path: '/cgi-bin/user/create',
      method: 'POST',
      secret: 'contacts',
      params: { ...shared, ...userid, name: need(shared.name, 60112), department: need(shared.department, 60127) },
      handle: (p, desk) => {
        const { world } = desk
        if (!USERID.test(p.userid)) refuse(301021, 'invalid userid')
        if (findStaff(world, p.userid)) refuse(60102, 'userid exists')
        if (p.mobile === undefined && p.email === undefined) refuse(60129, 'mobile and email both missing')
        check(desk, p)
        if ([...world.staff.values()].filter((staff) => !staff.left).length >= ACCOUNT_LIMIT) refuse(45024, 'too many')
        const { userid: userId, name, department: departments, position = '' } = p
        const gender = p.gender === 1 || p.gender === 2 ? p.gender : 0
        const staff: Staff = { userId, name, departments, position, canContact: false, gender, left: false }
        world.staff.set(userId, staff)
        keep(desk, staff, { ...p, enable: undefined })
        const profile = profileOf(world.directory, userId)
        // An invited member has yet to activate the account.
        world.directory.profiles.set(userId, { ...profile, status: p.enable === 0 ? 2 : 4 })
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/user/update',
      method: 'POST',
      secret: 'contacts',
      params: { ...shared, ...userid, new_userid: text(), biz_mail_alias: object({ item: texts({ max: 5 }) }) },
      handle: (p, desk) => {
        const { world } = desk
        const staff = needStaff(desk, p.userid)
        check(desk, p, staff.userId)
        if (p.new_userid !== undefined && p.new_userid !== staff.userId) {
          if (!USERID.test(p.new_userid)) refuse(301021, 'invalid userid')
          if (world.staff.has(p.new_userid)) refuse(60102, 'userid exists')
          if (profileOf(world.directory, staff.userId).wasRenamed) refuse(301036, 'userid was changed before')
          renameMember(world, staff.userId, p.new_userid)
          const profile = profileOf(world.directory, staff.userId)
          world.directory.profiles.set(staff.userId, { ...profile, wasRenamed: true })
        }
        staff.name = p.name ?? staff.name
        staff.position = p.position ?? staff.position
        staff.departments = p.department ?? staff.departments
        keep(desk, staff, p)
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/user/delete',
      method: 'GET',
      secret: 'contacts',
      params: userid,
      handle: (p, desk) => {
        remove(desk, needStaff(desk, p.userid))
        tellDeadLinks(desk)
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/user/batchdelete',
      method: 'POST',
      secret: 'contacts',
      params: { useridlist: need(texts({ max: 200, tooMany: 40032 }), 40032) },
      handle: (p, desk) => {
        const people = p.useridlist.map((userId) => needStaff(desk, userId))
        for (const staff of people) remove(desk, staff)
        tellDeadLinks(desk)
        desk.changed()
        return {}
      },
    }),
  ]
}

import { DAY_MS } from '../../server/core/kernel/shanghai.ts'
import { profileOf } from '../directory.ts'
import { endpoint } from '../endpoint.ts'
import type { Paging } from '../paging.ts'
import { int, need, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import type { Staff, World } from '../world.ts'

const OPENID = 'oSandboxMember-'

/** A member as a newly made self-built app sees it: no mobile, mail or avatar. Docs 90196. */
function card(world: World, staff: Staff) {
  const profile = profileOf(world.directory, staff.userId)
  return {
    userid: staff.userId,
    name: staff.name,
    department: staff.departments,
    position: staff.position,
    main_department: profile.mainDepartment ?? staff.departments[0] ?? 1,
    is_leader_in_dept: staff.departments.map((id) => (profile.leads.includes(id) ? 1 : 0)),
    order: staff.departments.map(() => 0),
    direct_leader: profile.leaders,
    status: profile.status,
    alias: profile.alias ?? '',
    telephone: profile.telephone ?? '',
    extattr: profile.extattr ?? { attrs: [] },
  }
}

const isOutOfRange = (world: World, { userId }: Staff): boolean =>
  profileOf(world.directory, userId).isOutOfRange === true

/** As an app sees them that may see this member. */
function memberInRange(world: World, userId: string): Staff {
  const staff = findStaff(world, userId) ?? refuse(60111, 'userid not found')
  if (isOutOfRange(world, staff)) refuse(60011, 'no privilege to access the member')
  return staff
}

function membersOf(world: World, departmentId: number): Staff[] {
  if (!world.departments.has(departmentId)) refuse(60003, 'department not found')
  return [...world.staff.values()].filter(
    (staff) => !staff.left && staff.departments.includes(departmentId) && !isOutOfRange(world, staff),
  )
}

/** Members to read. Docs 90196, 90200, 90201, 96067, 91693, 95895, 90202, 92714. */
export function staffEndpoints(paging: Paging) {
  /** fetch_child is retired: taken and ignored. */
  const ofDepartment = { department_id: need(int()), fetch_child: int() }
  const wrongMobiles = { day: 0, count: 0 }
  return [
    endpoint({
      path: '/cgi-bin/user/get',
      method: 'GET',
      params: { userid: need(text(), 41009) },
      handle: (p, { world }) => card(world, memberInRange(world, p.userid)),
    }),
    endpoint({
      path: '/cgi-bin/user/simplelist',
      method: 'GET',
      params: ofDepartment,
      empty: { userlist: [] },
      handle: (p, { world }) => {
        const people = membersOf(world, p.department_id)
        return { userlist: people.map((s) => ({ userid: s.userId, name: s.name, department: s.departments })) }
      },
    }),
    endpoint({
      path: '/cgi-bin/user/list',
      method: 'GET',
      params: ofDepartment,
      empty: { userlist: [] },
      handle: (p, { world }) => ({ userlist: membersOf(world, p.department_id).map((staff) => card(world, staff)) }),
    }),
    endpoint({
      path: '/cgi-bin/user/list_id',
      method: 'POST',
      secret: 'contacts',
      params: { limit: int({ min: 1, max: 10_000 }), cursor: text() },
      empty: { next_cursor: '', dept_user: [] },
      handle: (p, { world }) => {
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 10_000, () =>
          [...world.staff.values()]
            .filter((staff) => !staff.left)
            .flatMap((staff) => staff.departments.map((department) => ({ userid: staff.userId, department }))),
        )
        return { next_cursor: nextCursor, dept_user: rows }
      },
    }),
    endpoint({
      path: '/cgi-bin/user/getuserid',
      method: 'POST',
      params: { mobile: need(text({ bytes: 32 }), 60103) },
      handle: (p, { world, clock }) => {
        const day = Math.floor(clock.now() / DAY_MS)
        if (wrongMobiles.day !== day) Object.assign(wrongMobiles, { day, count: 0 })
        // Too many wrong ones close the door for the day.
        if (wrongMobiles.count > Math.max(10, world.staff.size / 5)) refuse(45009, 'too many wrong mobiles')
        for (const [userId, { mobile }] of world.directory.profiles) {
          if (mobile === p.mobile && findStaff(world, userId)) return { userid: userId }
        }
        wrongMobiles.count += 1
        return refuse(46004, 'user not exist')
      },
    }),
    endpoint({
      path: '/cgi-bin/user/get_userid_by_email',
      method: 'POST',
      params: { email: need(text(), 60105), email_type: int({ min: 1, max: 2 }) },
      handle: (p, { world }) => {
        for (const [userId, { email, bizMail }] of world.directory.profiles) {
          const own = p.email_type === 2 ? email : bizMail
          if (own?.toLowerCase() === p.email.toLowerCase() && findStaff(world, userId)) return { userid: userId }
        }
        return refuse(46004, 'user not exist')
      },
    }),
    endpoint({
      path: '/cgi-bin/user/convert_to_openid',
      method: 'POST',
      params: { userid: need(text(), 40003) },
      handle: (p, { world }) => ({
        openid: `${OPENID}${(findStaff(world, p.userid) ?? refuse(40003, 'invalid userid')).userId}`,
      }),
    }),
    endpoint({
      path: '/cgi-bin/user/convert_to_userid',
      method: 'POST',
      params: { openid: need(text(), 40073) },
      handle: (p, { world }) => {
        const staff = p.openid.startsWith(OPENID) ? findStaff(world, p.openid.slice(OPENID.length)) : undefined
        return { userid: (staff ?? refuse(40073, 'invalid openid')).userId }
      },
    }),
    endpoint({
      path: '/cgi-bin/user/get_active_stat',
      method: 'POST',
      params: { date: need(text()) },
      handle: (p, { world, clock }) => {
        const dayMs = Date.parse(`${p.date}T00:00:00+08:00`)
        if (!/^\d{4}-\d\d-\d\d$/.test(p.date) || Number.isNaN(dayMs)) refuse(40058, 'invalid date')
        if (dayMs > clock.now() || dayMs < clock.now() - 31 * DAY_MS) refuse(40058, 'date out of range')
        const isActive = (staff: Staff): boolean =>
          !staff.left && staff.state === undefined && profileOf(world.directory, staff.userId).status === 1
        return { active_cnt: [...world.staff.values()].filter(isActive).length }
      },
    }),
  ]
}

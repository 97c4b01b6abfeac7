import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { ListedDepartment, Member } from '../../platform/wecom/api/staff.ts'
import { ERRCODE, NO_SUCH_MEMBER, OUT_OF_RANGE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isWhole } from '../../platform/wecom/wire/left-out.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import type { Department } from './staff-queries.ts'
import type { StaffState } from './staff-tables.ts'

export interface MemberReading {
  userId: string
  name: string | undefined
  /** Undefined: not told. */
  departments: number[] | undefined
  /** Departments whose head the member is; undefined: not told. */
  leads: number[] | undefined
  state: StaffState | undefined
}

export interface StaffListing {
  guideIds: string[]
  /** False when some of them could not be read: then who is not among them may be one all the same. */
  hasAllGuides: boolean
  members: MemberReading[]
  /** All in our sight; undefined: we may not look, or there are none. */
  departments: Department[] | undefined
}

/** The app may not read this member; that says nothing about the member. */
const NOT_ALLOWED = [...OUT_OF_RANGE, ERRCODE.untrustedIp, ERRCODE.noRightToApi]
/** The department is out of sight or was deleted meanwhile. */
const NO_DEPARTMENT = [ERRCODE.noSuchDepartment, ERRCODE.invalidDepartment, ERRCODE.noRightToSee]

function stateOf(status: number | undefined): StaffState | undefined {
  if (status === undefined) return undefined
  if (status === 1) return 'active'
  if (status === 5) return 'left'
  return status === 2 ? 'disabled' : 'inactive'
}

const nameOrNone = (name: string | undefined): string | undefined => (name === '' ? undefined : name)

/** `gone`: the directory has no such member. `unseen`: the member is outside the app's range. Undefined: we may not look. */
export async function readMember(
  wecom: Pick<Wecom, 'staff'>,
  userId: string,
): Promise<MemberReading | 'gone' | 'unseen' | undefined> {
  try {
    const member = await wecom.staff.get(userId)
    return {
      userId: member.userid,
      name: nameOrNone(member.name),
      departments: member.department,
      leads: leadsOf(member),
      state: stateOf(member.status),
    }
  } catch (error) {
    if (isRefusedWith(error, ...NO_SUCH_MEMBER)) return 'gone'
    if (isRefusedWith(error, ...OUT_OF_RANGE)) return 'unseen'
    if (isRefusedWith(error, ...NOT_ALLOWED)) return undefined
    throw error
  }
}

/** One number for each department, 1 for its heads. */
function leadsOf({ department, is_leader_in_dept: flags }: Member): number[] | undefined {
  if (department === undefined || flags === undefined || flags.length !== department.length) return undefined
  return department.filter((_id, index) => flags[index] === 1)
}

interface Listed {
  userid: string
  name?: string
}

/** So long a department counts as read while the others of the same listing are not. */
const READ_FOR_MS = 30 * MINUTE_MS

/** Reads who is in the corp: one call for the guides, one for the departments, one for each department. Members of several
 *  departments come once. A corp of hundreds of departments at a platform that refuses some calls never gets through all of
 *  them in one go: the next try goes on with the departments that are still missing. */
export function createListStaff({ wecom, clock }: { wecom: Pick<Wecom, 'contacts' | 'staff'>; clock: Clock }) {
  const read = new Map<number, { atMs: number; members: Listed[] }>()

  async function membersIn(departmentId: number): Promise<Listed[]> {
    const known = read.get(departmentId)
    if (known !== undefined && clock.now() - known.atMs < READ_FOR_MS) return known.members
    const members = await membersOf(wecom, departmentId)
    read.set(departmentId, { atMs: clock.now(), members })
    return members
  }

  return async (): Promise<StaffListing> => {
    const { follow_user: guideIds } = await wecom.contacts.followUserList()
    const members = new Map<string, MemberReading>()
    const listed = await departmentsOf(wecom)
    // Told of no department: then nothing is known about heads.
    const areHeadsTold = listed.some(({ department_leader: heads }) => heads !== undefined)
    for (const { id: departmentId, department_leader: heads = [] } of listed) {
      for (const member of await membersIn(departmentId)) {
        const departments = [...(members.get(member.userid)?.departments ?? []), departmentId]
        members.set(member.userid, {
          userId: member.userid,
          name: nameOrNone(member.name),
          departments,
          leads: areHeadsTold
            ? [...(members.get(member.userid)?.leads ?? []), ...(heads.includes(member.userid) ? [departmentId] : [])]
            : undefined,
          state: undefined,
        })
      }
    }
    read.clear()
    return {
      guideIds,
      hasAllGuides: isWhole(guideIds),
      members: [...members.values()],
      departments: listed.length === 0 ? undefined : listed.map(toDepartment),
    }
  }
}

const toDepartment = ({ id, name, parentid }: ListedDepartment): Department => ({
  id,
  name: nameOrNone(name),
  parentId: parentid ?? 0,
})

async function departmentsOf(wecom: Pick<Wecom, 'staff'>): Promise<ListedDepartment[]> {
  try {
    return (await wecom.staff.departments()).department
  } catch (error) {
    if (isRefusedWith(error, ...NO_DEPARTMENT, ...NOT_ALLOWED)) return []
    throw error
  }
}

async function membersOf(wecom: Pick<Wecom, 'staff'>, departmentId: number): Promise<Listed[]> {
  try {
    return (await wecom.staff.simpleList(departmentId)).userlist
  } catch (error) {
    if (isRefusedWith(error, ...NO_DEPARTMENT, ...NOT_ALLOWED)) return []
    throw error
  }
}

import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { ERRCODE, NO_SUCH_MEMBER, OUT_OF_RANGE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isWhole } from '../../platform/wecom/wire/left-out.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import type { StaffState } from './staff-tables.ts'

export interface MemberReading {
  userId: string
  name: string | undefined
  /** Undefined: not told. */
  departments: number[] | undefined
  state: StaffState | undefined
}

export interface StaffListing {
  guideIds: string[]
  /** False when some of them could not be read: then who is not among them may be one all the same. */
  hasAllGuides: boolean
  members: MemberReading[]
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

/** `gone`: the directory has no such member. Undefined: we may not look. */
export async function readMember(
  wecom: Pick<Wecom, 'staff'>,
  userId: string,
): Promise<MemberReading | 'gone' | undefined> {
  try {
    const member = await wecom.staff.get(userId)
    return {
      userId: member.userid,
      name: nameOrNone(member.name),
      departments: member.department,
      state: stateOf(member.status),
    }
  } catch (error) {
    if (isRefusedWith(error, ...NO_SUCH_MEMBER)) return 'gone'
    if (isRefusedWith(error, ...NOT_ALLOWED)) return undefined
    throw error
  }
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
    for (const departmentId of await departmentIds(wecom)) {
      for (const member of await membersIn(departmentId)) {
        const departments = [...(members.get(member.userid)?.departments ?? []), departmentId]
        members.set(member.userid, {
          userId: member.userid,
          name: nameOrNone(member.name),
          departments,
          state: undefined,
        })
      }
    }
    read.clear()
    return { guideIds, hasAllGuides: isWhole(guideIds), members: [...members.values()] }
  }
}

async function departmentIds(wecom: Pick<Wecom, 'staff'>): Promise<number[]> {
  try {
    return (await wecom.staff.departments()).department.map((department) => department.id)
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

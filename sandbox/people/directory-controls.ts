import type { Desk } from '../desk.ts'
import { profileOf } from '../directory.ts'
import type { EventFields } from '../event-xml.ts'
import { DeskError } from '../refusal.ts'
import { renameMember } from '../staff-moves.ts'
import type { Department, Staff } from '../world.ts'
import { tellDeadLinks } from './acquisition-events.ts'
import { departmentControls } from './department-controls.ts'

/** What the administrator does with members and departments in the console. Docs 90970, 90971, 90972. */
export function directoryControls(desk: Desk) {
  const { world, callbacks } = desk

  const tell = (changeType: string, fields: EventFields): void => {
    callbacks.send('change_contact', [['ChangeType', changeType], ...fields])
    desk.changed()
  }
  const needStaff = (userId: string): Staff => {
    const staff = world.staff.get(userId)
    if (!staff || staff.left) throw new DeskError('没有这位员工')
    return staff
  }
  const needDepartment = (id: number): Department => {
    const department = world.departments.get(id)
    if (!department) throw new DeskError('没有这个部门')
    return department
  }

  return {
    addStaff: async (input: {
      userId: string
      name: string
      departments?: number[]
      position?: string
      canContact?: boolean
      gender?: 0 | 1 | 2
    }): Promise<Staff> => {
      const staff: Staff = { departments: [1], position: '导购', canContact: true, gender: 0, left: false, ...input }
      world.staff.set(staff.userId, staff)
      tell('create_user', [
        ['UserID', staff.userId],
        ['Department', staff.departments.join(',')],
      ])
      return staff
    },
    removeStaff: async (input: { userId: string }): Promise<void> => {
      const staff = needStaff(input.userId)
      staff.left = true
      staff.leftAtMs = desk.clock.now()
      tell('delete_user', [['UserID', staff.userId]])
      tellDeadLinks(desk)
    },
    /** The userid changes; customers, groups and codes stay with the member. */
    renameStaff: async (input: { userId: string; newUserId: string }): Promise<void> => {
      const staff = needStaff(input.userId)
      if (world.staff.has(input.newUserId)) throw new DeskError('这个账号已经有人使用')
      renameMember(world, input.userId, input.newUserId)
      world.directory.profiles.set(input.newUserId, {
        ...profileOf(world.directory, input.newUserId),
        wasRenamed: true,
      })
      tell('update_user', [
        ['UserID', input.userId],
        ['NewUserID', input.newUserId],
        ['Name', staff.name],
        ['Department', staff.departments.join(',')],
      ])
    },
    /** To other departments. */
    moveStaff: async (input: { userId: string; departments: number[] }): Promise<void> => {
      const staff = needStaff(input.userId)
      for (const id of input.departments) needDepartment(id)
      staff.departments = input.departments
      tell('update_user', [
        ['UserID', staff.userId],
        ['Department', input.departments.join(',')],
      ])
    },
    /** Name, position, or the account switched off and on. Most apps learn the userid only. */
    editStaff: async (input: {
      userId: string
      name?: string
      position?: string
      enabled?: boolean
      /** Departments whose head (部门负责人) the member is. */
      leads?: number[]
    }): Promise<void> => {
      const staff = needStaff(input.userId)
      const { name, position, enabled, leads } = input
      if (name !== undefined) staff.name = name
      if (position !== undefined) staff.position = position
      if (enabled !== undefined) {
        const profile = profileOf(world.directory, staff.userId)
        world.directory.profiles.set(staff.userId, { ...profile, status: enabled ? 1 : 2 })
      }
      if (leads !== undefined) {
        world.directory.profiles.set(staff.userId, { ...profileOf(world.directory, staff.userId), leads })
      }
      const flags = staff.departments.map((id) => (leads?.includes(id) === true ? 1 : 0))
      tell('update_user', [
        ['UserID', staff.userId],
        ...(name === undefined ? [] : [['Name', name] as const]),
        ...(position === undefined ? [] : [['Position', position] as const]),
        ...(enabled === undefined ? [] : [['Status', enabled ? 1 : 2] as const]),
        ...(leads === undefined ? [] : [['IsLeaderInDept', flags.join(',')] as const]),
      ])
    },
    ...departmentControls(desk, { tell, needDepartment }),
    /** Members and departments put under a member tag (通讯录标签) and taken from it. */
    editMemberTag: async (input: {
      id: number
      addUsers?: string[]
      removeUsers?: string[]
      addParties?: number[]
      removeParties?: number[]
    }): Promise<void> => {
      const tag = world.directory.tags.get(input.id)
      if (!tag) throw new DeskError('没有这个成员标签')
      for (const id of input.addUsers ?? []) tag.users.add(id)
      for (const id of input.removeUsers ?? []) tag.users.delete(id)
      for (const id of input.addParties ?? []) tag.parties.add(id)
      for (const id of input.removeParties ?? []) tag.parties.delete(id)
      tell('update_tag', [
        ['TagId', tag.id],
        ...(input.addUsers ? [['AddUserItems', input.addUsers.join(',')] as const] : []),
        ...(input.removeUsers ? [['DelUserItems', input.removeUsers.join(',')] as const] : []),
        ...(input.addParties ? [['AddPartyItems', input.addParties.join(',')] as const] : []),
        ...(input.removeParties ? [['DelPartyItems', input.removeParties.join(',')] as const] : []),
      ])
    },
  }
}

import type { Desk } from '../desk.ts'
import type { EventFields } from '../event-xml.ts'
import { DeskError } from '../refusal.ts'
import { isUnder } from '../staff-moves.ts'
import type { Department } from '../world.ts'

/** What the administrator does with departments in the console. Doc 90971. */
export function departmentControls(
  { world }: Desk,
  {
    tell,
    needDepartment,
  }: {
    tell(changeType: string, fields: EventFields): void
    needDepartment(id: number): Department
  },
) {
  const nextId = (): number => Math.max(...world.departments.keys()) + 1
  const tellDepartment = (changeType: string, { id, name, parentId }: Department): void =>
    tell(changeType, [
      ['Id', id],
      ['Name', name],
      ['ParentId', String(parentId)],
    ])

  return {
    addDepartment: async (input: { id?: number; name: string; parentId?: number }): Promise<Department> => {
      const department = { parentId: 1, ...input, id: input.id ?? nextId() }
      world.departments.set(department.id, department)
      tellDepartment('create_party', department)
      return department
    },
    renameDepartment: async (input: { id: number; name: string }): Promise<void> => {
      const department = needDepartment(input.id)
      department.name = input.name
      tellDepartment('update_party', department)
    },
    /** Under another department; everything below moves along. */
    moveDepartment: async (input: { id: number; parentId: number }): Promise<void> => {
      const department = needDepartment(input.id)
      needDepartment(input.parentId)
      if (isUnder(world, input.parentId, input.id)) throw new DeskError('不能移到自己的下级部门')
      department.parentId = input.parentId
      tellDepartment('update_party', department)
    },
    removeDepartment: async (input: { id: number }): Promise<void> => {
      const { id } = needDepartment(input.id)
      const isUsed =
        [...world.staff.values()].some((staff) => !staff.left && staff.departments.includes(id)) ||
        [...world.departments.values()].some((department) => department.parentId === id)
      if (isUsed) throw new DeskError('部门下还有成员或子部门')
      world.departments.delete(id)
      tell('delete_party', [['Id', id]])
    },
  }
}

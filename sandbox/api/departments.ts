import { endpoint } from '../endpoint.ts'
import { int, need, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { depthOf, isUnder } from '../staff-moves.ts'
import type { Department, World } from '../world.ts'

const MOST = 30_000
const DEEPEST = 15
const orderOf = (d: Department): number => 100_000 - d.id
const row = (world: World, d: Department) => ({
  id: d.id,
  name: d.name,
  parentid: d.parentId,
  order: orderOf(d),
  department_leader: [...world.directory.profiles].flatMap(([userId, { leads }]) =>
    leads.includes(d.id) ? [userId] : [],
  ),
})
const name = text({ chars: 32, tooLong: 60001 })

const needDepartment = (world: World, id: number): Department =>
  world.departments.get(id) ?? refuse(60003, 'department not found')

function below(world: World, root: number): Department[] {
  needDepartment(world, root)
  return [...world.departments.values()].filter((department) => isUnder(world, department.id, root))
}

function checkName(world: World, given: string, parentId: number, own?: number): void {
  if (given === '') refuse(60001, 'empty department name')
  if (/[\\:*?"<>|]/.test(given)) refuse(60009, 'illegal character in department name')
  const isTaken = [...world.departments.values()].some(
    (other) => other.parentId === parentId && other.name === given && other.id !== own,
  )
  if (isTaken) refuse(60008, 'department exists')
}

/** Departments: reading for apps, writing for 通讯录同步. Docs 90205–90208, 95350, 95351. */
export function departmentEndpoints() {
  return [
    endpoint({
      path: '/cgi-bin/department/list',
      method: 'GET',
      params: { id: int() },
      empty: { department: [] },
      handle: (p, { world }) => ({ department: below(world, p.id ?? 1).map((d) => row(world, d)) }),
    }),
    endpoint({
      path: '/cgi-bin/department/simplelist',
      method: 'GET',
      params: { id: int() },
      empty: { department_id: [] },
      handle: (p, { world }) => ({
        department_id: below(world, p.id ?? 1).map((d) => ({ id: d.id, parentid: d.parentId, order: orderOf(d) })),
      }),
    }),
    endpoint({
      path: '/cgi-bin/department/get',
      method: 'GET',
      params: { id: need(int(), 60123) },
      handle: (p, { world }) => ({ department: row(world, needDepartment(world, p.id)) }),
    }),
    endpoint({
      path: '/cgi-bin/department/create',
      method: 'POST',
      secret: 'contacts',
      params: {
        id: int({ min: 1 }),
        name: need(name, 60001),
        name_en: text({ chars: 64 }),
        parentid: int(),
        order: int(),
      },
      handle: (p, desk) => {
        const { departments } = desk.world
        const parentId = p.parentid ?? 1
        if (!departments.has(parentId)) refuse(60004, 'parent department not found')
        checkName(desk.world, p.name, parentId)
        if (p.id !== undefined && departments.has(p.id)) refuse(60008, 'department exists')
        if (departments.size >= MOST) refuse(81001, 'too many departments')
        if (depthOf(desk.world, parentId) >= DEEPEST) refuse(81002, 'department too deep')
        const id = p.id ?? Math.max(...departments.keys()) + 1
        departments.set(id, { id, name: p.name, parentId })
        desk.changed()
        return { id }
      },
    }),
    endpoint({
      path: '/cgi-bin/department/update',
      method: 'POST',
      secret: 'contacts',
      params: { id: need(int(), 60123), name, name_en: text({ chars: 64 }), parentid: int(), order: int() },
      handle: (p, desk) => {
        const department = needDepartment(desk.world, p.id)
        const parentId = p.parentid ?? department.parentId
        if (p.parentid !== undefined) {
          if (!desk.world.departments.has(parentId)) refuse(60004, 'parent department not found')
          if (isUnder(desk.world, parentId, p.id)) refuse(60010, 'department would be below itself')
        }
        if (p.name !== undefined) checkName(desk.world, p.name, parentId, p.id)
        department.parentId = parentId
        department.name = p.name ?? department.name
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/department/delete',
      method: 'GET',
      secret: 'contacts',
      params: { id: need(int(), 60123) },
      handle: (p, desk) => {
        const { id, parentId } = needDepartment(desk.world, p.id)
        if (parentId === 0) refuse(60007, 'root department')
        const hasMembers = [...desk.world.staff.values()].some((s) => !s.left && s.departments.includes(id))
        if (hasMembers) refuse(60005, 'department has members')
        if ([...desk.world.departments.values()].some((d) => d.parentId === id)) refuse(60006, 'has sub departments')
        desk.world.departments.delete(id)
        desk.changed()
        return {}
      },
    }),
  ]
}

import { expect, it } from 'vitest'
import type { RoleGrant } from '../../rules/schema/role-rules.ts'
import { rolesText, standingOf } from './standing.ts'

const DEPARTMENTS = [
  { id: 1, name: '总部', parentId: 0 },
  { id: 2, name: '三里屯店', parentId: 1 },
  { id: 3, name: '徐汇店', parentId: 1 },
  { id: 4, name: '专柜', parentId: 2 },
  { id: 5, name: '仓库', parentId: 1 },
  { id: 6, name: '仓库', parentId: 3 },
]

const standing = (
  grants: RoleGrant[],
  member: { userId?: string; isGuide?: boolean; departments?: number[]; leads?: number[] } = {},
) => {
  const { userId = 'chenhao', isGuide = false, departments = [2], leads = [] } = member
  const found = standingOf(
    { userId, isGuide, departments, leads },
    { grants, departments: DEPARTMENTS, formerIds: new Map([['chenhao-old', 'chenhao']]) },
  )
  return `${rolesText(found)} ${[...found.leads].sort().join(',')}`.trim()
}

it.each<[what: string, grants: RoleGrant[], member: Parameters<typeof standing>[1], says: string]>([
  ['a guide is one without being named', [], { isGuide: true }, '导购'],
  ['a head of a department has no role while no file gives it', [], { leads: [2] }, ''],
  ['a head leads the own department and what is below', [{ role: 'lead', leaders: true }], { leads: [2] }, '店长 2,4'],
  ['who heads none leads none', [{ role: 'lead', leaders: true }], { departments: [2] }, ''],
  ['named: the own departments', [{ role: 'lead', members: ['chenhao'] }], { departments: [3] }, '店长 3,6'],
  [
    'named, and head of one of them',
    [{ role: 'lead', members: ['chenhao'] }],
    { departments: [1, 3], leads: [3] },
    '店长 3,6',
  ],
  ['named for others', [{ role: 'lead', members: ['chenhao'], of: ['徐汇店', 5] }], {}, '店长 3,5,6'],
  ['by a userid of long ago', [{ role: 'ops', members: ['chenhao-old'] }], {}, '运营'],
  ['somebody else is named', [{ role: 'owner', members: ['linxia'] }], {}, ''],
  [
    'all of a department, also of what is below',
    [{ role: 'ops', departments: ['三里屯店'] }],
    { departments: [4] },
    '运营',
  ],
  ['not of the one above', [{ role: 'ops', departments: ['专柜'] }], { departments: [2] }, ''],
  ['a name that two departments have is nobody’s', [{ role: 'ops', departments: ['仓库'] }], { departments: [5] }, ''],
  ['a name that none has', [{ role: 'ops', departments: ['南京店'] }], {}, ''],
  [
    'several at once',
    [
      { role: 'auditor', members: ['chenhao'] },
      { role: 'lead', leaders: true },
      { role: 'owner', members: ['chenhao'] },
    ],
    { isGuide: true, leads: [3] },
    '负责人、审计、店长、导购 3,6',
  ],
])('%s', (_what, grants, member, says) => {
  expect(standing(grants, member)).toBe(says)
})

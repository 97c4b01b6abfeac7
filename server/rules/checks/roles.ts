import type { KnownDepartment } from '../at-hand.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { RoleRules } from '../schema/role-rules.ts'
import { type CheckContext, checkDoubles } from './check-context.ts'
import { checkGuides } from './members.ts'

/** Whoever is named sees customers of others, so a name that means nobody, or two, is a fault. */
export function checkRoles(context: CheckContext, files: Draft<RoleRules>[]): void {
  for (const draft of files) {
    const first = new Map<string, number>()
    for (const [index, grant] of draft.value.roles.entries()) {
      const at = ['roles', index]
      const { role, members = [], departments, of, leaders, operators } = grant
      const isRoleKnown = !draft.isLeftOut([...at, 'role'])
      const mayBeGiven = ['members', 'departments', 'leaders', 'operators'].some((key) => draft.isLeftOut([...at, key]))
      const isGiven = members.length > 0 || departments !== undefined || leaders === true || operators !== undefined
      if (!isGiven && !mayBeGiven) {
        draft.fault(at, '没有写给谁', '加上 members、departments、leaders: true 或 operators')
      }
      if (isRoleKnown && role === 'lead' && operators !== undefined) {
        draft.fault([...at, 'operators'], '命令不分部门，店长（lead）不能运行', '写在 ops、owner 或 auditor 里', 'key')
      }
      checkDoubles(draft, [...at, 'operators'], operators ?? [])
      const isNoLead = isRoleKnown && role !== 'lead'
      if (isNoLead && of !== undefined) draft.fault([...at, 'of'], '只有店长（lead）才写 of', '删掉 of', 'key')
      if (isNoLead && leaders === true) {
        draft.fault([...at, 'leaders'], '部门负责人只能给店长（lead）', '别的角色请点名，写在 members 里', 'key')
      }
      checkGuides(context, draft, [...at, 'members'], members)
      for (const [place, member] of members.entries()) {
        const key = `${role} ${member} ${JSON.stringify(of ?? null)}`
        const earlier = first.get(key)
        if (earlier === undefined) first.set(key, index)
        else if (earlier !== index && !draft.isLeftOut([...at, 'role']) && !draft.isLeftOut([...at, 'of'])) {
          draft.fault([...at, 'members', place], `「${member}」在第 ${earlier + 1} 项里已经有这个角色`, '只留一处')
        }
      }
      checkDepartments(context, draft, [...at, 'departments'], departments)
      checkDepartments(context, draft, [...at, 'of'], of)
    }
    checkOwnerOperates(draft)
  }
}

/** Once operators are named, commands are refused to all others: somebody must be left who can make a backup. */
function checkOwnerOperates(draft: Draft<RoleRules>): void {
  const { roles } = draft.value
  const first = roles.findIndex(({ operators }) => operators !== undefined)
  if (first === -1 || roles.some(({ role, operators }) => role === 'owner' && operators !== undefined)) return
  const mayOperate = (at: number): boolean =>
    draft.isLeftOut(['roles', at, 'role']) || draft.isLeftOut(['roles', at, 'operators'])
  if (roles.some((_grant, at) => mayOperate(at))) return
  draft.fault(
    ['roles', first, 'operators'],
    '写了操作人，却没有一位是负责人（owner）：备份、删除、结束登录就没有人能做了',
    '加上 { role: owner, operators: [账号] }',
    'key',
  )
}

function checkDepartments(
  { atHand }: CheckContext,
  draft: Draft<RoleRules>,
  path: Path,
  written: readonly (string | number)[] = [],
): void {
  checkDoubles(draft, path, written.map(String))
  const known = atHand?.departments
  if (known === undefined) return
  for (const [index, one] of written.entries()) {
    const wrong = departmentFault(one, known)
    if (wrong !== undefined) draft.fault([...path, index], ...wrong)
  }
}

function departmentFault(
  written: string | number,
  known: readonly KnownDepartment[],
): [message: string, suggestion: string] | undefined {
  if (typeof written === 'number') {
    if (known.some(({ id }) => id === written)) return undefined
    return [`没有编号是 ${written} 的部门，或者它不在应用的可见范围里`, `能写的有 ${someOf(known)}`]
  }
  const same = known.filter(({ name }) => name === written)
  if (same.length === 1) return undefined
  if (same.length > 1)
    return [`有 ${same.length} 个部门叫「${written}」`, `写编号：${same.map(({ id }) => id).join(' 或 ')}`]
  const names = known.flatMap(({ name }) => name ?? [])
  if (names.length === 0)
    return [`企业微信没有告诉部门的名字，认不出「${written}」`, '写部门编号，在管理后台的通讯录里看']
  const meant = didYouMean(written, names)
  return [
    `没有叫「${written}」的部门，或者它不在应用的可见范围里`,
    meant === undefined ? `能写的有 ${someOf(known)}` : `是不是想写 ${meant}`,
  ]
}

const MOST_LISTED = 8
const someOf = (known: readonly KnownDepartment[]): string =>
  known
    .slice(0, MOST_LISTED)
    .map(({ id, name }) => (name === undefined ? String(id) : `${name}（${id}）`))
    .join('、') + (known.length > MOST_LISTED ? '……' : '')

import { staffQueries } from '../records/staff/staff-queries.ts'
import { rolesText } from '../records/staff/standing.ts'
import { createStandings } from '../records/staff/standings.ts'
import { EMPTY_BOOK } from '../rules/rule-book-holder.ts'
import { defineCommand, type Program } from './frame/command.ts'
import { table } from './frame/table.ts'
import { inForce } from './sop/in-force.ts'

const HEADER = ['成员', '账号', '角色', '看哪些部门的导购']

const list = defineCommand({
  name: '',
  audited: 'no',
  scope: 'open',
  says: '谁有什么角色：按 roles.yaml 和企业微信里的部门、负责人现在算出来的',
  lists: true,
  run: async (_values, desk) => {
    const book = (await inForce(desk)) ?? EMPTY_BOOK
    const standings = createStandings({ rules: { current: () => book } })
    const rows = await (await desk.db()).tx(async (tx) => {
      const names = new Map((await staffQueries.departments(tx)).map(({ id, name }) => [id, name ?? String(id)]))
      const found: { cells: string[]; userId: string; roles: string; departments: number[] }[] = []
      for (const member of await staffQueries.all(tx)) {
        const standing = await standings.of(tx, member)
        if (standing === undefined) continue
        const departments = [...standing.leads].sort((a, b) => a - b)
        const roles = rolesText(standing)
        const shown = departments.map((id) => names.get(id) ?? String(id)).join('、')
        found.push({
          userId: member.userId,
          roles,
          departments,
          cells: [member.name ?? '', member.userId, roles, shown],
        })
      }
      return found
    })
    const operators = book.roles.flatMap(({ role, operators = [] }) => operators.map((name) => ({ name, role })))
    return {
      text: [
        rows.length === 0
          ? '还没有人有角色：企业微信里没有可以有客户的成员。'
          : table([HEADER, ...rows.map(({ cells }) => cells)]),
        '',
        operators.length === 0
          ? '命令行：roles.yaml 没有写 operators，能登录这台机器的人就能运行全部命令。'
          : `命令行：${operators.map(({ name, role }) => `${name}（${role}）`).join('、')}，其他人只能运行不涉及客户的命令。`,
      ].join('\n'),
      data: { members: rows.map(({ cells: _cells, ...row }) => row), operators },
      sheet: { header: HEADER, rows: rows.map(({ cells }) => cells) },
    }
  },
})

export const rolesProgram: Program = {
  name: 'roles',
  says: '角色：谁能看自己以外的客户，谁能看操作记录。',
  commands: [list],
}

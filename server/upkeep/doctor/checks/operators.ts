import type { Check } from '../check.ts'
import { CannotLook, ok } from '../finding.ts'

const WHAT = '命令行的操作人'

/** Whether commands are refused by role, or whoever has the shell may run them all. */
export const operators: Check = {
  group: '规则',
  what: WHAT,
  look: async (context) => {
    const { book } = await context.rules()
    if (book === undefined) throw new CannotLook('规则有错，先解决「规则」')
    const named = new Set(book.roles.flatMap(({ operators = [] }) => operators))
    return named.size === 0
      ? ok(WHAT, 'roles.yaml 没有写 operators：能登录这台机器的人就能运行全部命令（每次都有操作记录）')
      : ok(WHAT, `写了 ${named.size} 位，命令按角色放行；名字来自 OPERATOR 或系统账号，由主机保证没有人冒用`)
  },
}

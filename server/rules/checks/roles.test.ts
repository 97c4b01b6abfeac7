import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { AtHand } from '../at-hand.ts'
import { formatFault } from '../files/rule-fault.ts'
import { loadRules } from '../load-rules.ts'
import { GOOD_RULES, ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const DEPARTMENTS = [
  { id: 1, name: '总部' },
  { id: 2, name: '三里屯店' },
  { id: 5, name: '仓库' },
  { id: 6, name: '仓库' },
]

async function told(text: string, departments: AtHand['departments'] = DEPARTMENTS): Promise<string[]> {
  const made = ruleFolderOnDisk({ ...GOOD_RULES, 'roles.yaml': text })
  try {
    const { faults, advice } = await loadRules(made.folder, VOCABULARY, {
      staff: [
        { userId: 'linxiaoyu', name: '林小雨', hasLeft: false },
        { userId: 'lihua', name: '李华', hasLeft: true },
      ],
      departments,
      categories: new Set(),
      products: new Set(),
      inForce: undefined,
      isInUse: () => Promise.resolve(false),
    })
    return [...faults, ...advice].map((one) => formatFault(one))
  } finally {
    made.remove()
  }
}

const role = (rest: string): string => `roles:\n  - { role: ${rest} }\n`

it.each<[text: string, ...told: string[]]>([
  [role('lead, leaders: true')],
  [role('lead, members: [linxiaoyu], of: [三里屯店, 5]')],
  [role('ops, departments: [2]')],
  [role('lead, members: [linxiaoyv]'), 'roles.yaml:2:29 没有账号是「linxiaoyv」的成员。是不是想写 linxiaoyu（林小雨）'],
  [role('owner, members: [lihua]'), 'roles.yaml:2:30 lihua（李华）已经离职。换成在职的成员'],
  [
    role('ops, departments: [三里屯]'),
    'roles.yaml:2:32 没有叫「三里屯」的部门，或者它不在应用的可见范围里。是不是想写 三里屯店',
  ],
  [role('ops, departments: [仓库]'), 'roles.yaml:2:32 有 2 个部门叫「仓库」。写编号：5 或 6'],
  [
    role('ops, departments: [9]'),
    'roles.yaml:2:32 没有编号是 9 的部门，或者它不在应用的可见范围里。能写的有 总部（1）、三里屯店（2）、仓库（5）、仓库（6）',
  ],
  [role('ops'), 'roles.yaml:2:5 没有写给谁。加上 members、departments、leaders: true 或 operators'],
  [role('owner, operators: [root, chenhao]')],
  [
    role('ops, operators: [root]'),
    'roles.yaml:2:18 写了操作人，却没有一位是负责人（owner）：备份、删除、结束登录就没有人能做了。加上 { role: owner, operators: [账号] }',
  ],
  [
    `${role('lead, operators: [chenhao]')}  - { role: owner, operators: [root] }\n`,
    'roles.yaml:2:19 命令不分部门，店长（lead）不能运行。写在 ops、owner 或 auditor 里',
  ],
  [role('owner, operators: [root, root]'), 'roles.yaml:2:38 「root」写了两次。只留一个'],
  [role('ops, members: [linxiaoyu], of: [2]'), 'roles.yaml:2:40 只有店长（lead）才写 of。删掉 of'],
  [role('owner, leaders: true'), 'roles.yaml:2:20 部门负责人只能给店长（lead）。别的角色请点名，写在 members 里'],
  [role('lead, members: [linxiaoyu, linxiaoyu]'), 'roles.yaml:2:40 「linxiaoyu」写了两次。只留一个'],
  [
    `${role('ops, members: [linxiaoyu]')}  - { role: ops, members: [linxiaoyu] }\n`,
    'roles.yaml:3:28 「linxiaoyu」在第 1 项里已经有这个角色。只留一处',
  ],
  [role('boss, members: [linxiaoyu]'), 'roles.yaml:2:13 「role」不能是「boss」。可以写 lead、ops、owner、auditor'],
])('%s', async (text, ...messages) => {
  expect(await told(text)).toEqual(messages)
})

it('before the departments were read none is unknown; where WeCom hides names, numbers are wanted', async () => {
  expect(await told(role('ops, departments: [三里屯店]'), undefined)).toEqual([])
  expect(await told(role('ops, departments: [三里屯店]'), [{ id: 2, name: undefined }])).toEqual([
    'roles.yaml:2:32 企业微信没有告诉部门的名字，认不出「三里屯店」。写部门编号，在管理后台的通讯录里看',
  ])
  expect(await told(role('ops, departments: [2]'), [{ id: 2, name: undefined }])).toEqual([])
})

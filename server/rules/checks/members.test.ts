import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { AtHand } from '../at-hand.ts'
import { formatFault } from '../files/rule-fault.ts'
import { loadRules } from '../load-rules.ts'
import { changed, ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const member = (userId: string, name: string | undefined, hasLeft = false) => ({ userId, name, hasLeft })
const STAFF = [
  member('linxiaoyu', '林小雨'),
  member('zhoumin', '周敏'),
  member('zhoumin2', '周敏'),
  member('lihua', '李华', true),
  member('sunqian', undefined),
]

/** Faults and remarks about `guides: [linxiaoyu]` written otherwise. */
async function told(guides: string, staff: AtHand['staff'] | 'unread' = STAFF): Promise<string[]> {
  const made = ruleFolderOnDisk(changed('channels/包裹卡.yaml', '[linxiaoyu]', guides))
  const isInUse = () => Promise.resolve(false)
  try {
    const atHand: AtHand = {
      staff: staff === 'unread' ? undefined : staff,
      departments: undefined,
      categories: new Set<string>(),
      products: new Set<string>(),
      inForce: undefined,
      isInUse,
    }
    const { faults, advice } = await loadRules(made.folder, VOCABULARY, atHand)
    const shown = [...faults, ...advice].filter(({ file }) => file.startsWith('channels/'))
    return shown.map((one) => formatFault(one).replace('channels/包裹卡.yaml:', ''))
  } finally {
    made.remove()
  }
}

it.each<[guides: string, ...told: string[]]>([
  ['[linxiaoyu, sunqian]'],
  ['[林小雨]', '3:10 「林小雨」是姓名，这里要写员工账号（userid）。成员账号是 linxiaoyu'],
  ['[周敏]', '3:10 「周敏」是姓名，这里要写员工账号（userid）。成员账号是 zhoumin 或 zhoumin2'],
  ['[林小宇]', '3:10 「林小宇」是姓名，这里要写员工账号（userid）。是不是想写 linxiaoyu（林小雨）'],
  ['[李华]', '3:10 「李华」是姓名，这里要写员工账号（userid）。在企业微信管理后台的通讯录里看账号'],
  ['[linxiaoyv]', '3:10 没有账号是「linxiaoyv」的成员。是不是想写 linxiaoyu（林小雨）'],
  ['[Linxiaoyu]', '3:10 没有账号是「Linxiaoyu」的成员。是不是想写 linxiaoyu（林小雨）'],
  [
    '[wangwu]',
    '3:10 没有账号是「wangwu」的成员。在企业微信管理后台的通讯录里看账号；刚来的先运行 npm run -s reconcile',
  ],
  ['[linxiaoyu, lihua]', '3:21 lihua（李华）已经离职。换成在职的成员'],
  ['[linxiaoyu，zhoumin]', '3:10 「linxiaoyu，zhoumin」里有中文标点。几位导购之间用英文逗号 , 隔开'],
])('%s', async (guides, ...messages) => {
  expect(await told(guides)).toEqual(messages)
})

it('before the members were read nobody is unknown', async () => {
  expect(await told('[wangwu]', 'unread')).toEqual([])
  expect(await told('[林小雨]', 'unread')).toEqual([
    '3:10 「林小雨」是姓名，这里要写员工账号（userid）。在企业微信管理后台的通讯录里看账号',
  ])
})

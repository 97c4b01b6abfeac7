import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const POOL = 'pool: 群\nrole: other\ngroups: { namePrefix: 群 }\ncapacity: 100\nentry: {}\ninviteBy: task\n'

async function saidOf(welcome: string): Promise<string[]> {
  const { folder, remove } = ruleFolderOnDisk({ 'groups/g.yaml': `${POOL}welcome: ${welcome}\n` })
  const { faults } = await loadRules(folder, VOCABULARY)
  remove()
  return faults.filter(({ file }) => file === 'groups/g.yaml').map((one) => `${one.line}:${one.column} ${one.message}`)
}

const LINK = '{ link: { title: 看看, url: "https://a.cn" } }'
it.each<[string, string, string[]]>([
  ['a good one', `{ text: "{客户昵称}，欢迎", attachments: [${LINK}] }`, []],
  ['3,000 bytes', `{ text: ${'牛'.repeat(1_000)} }`, []],
  ['3,003 bytes', `{ text: ${'牛'.repeat(1_001)} }`, ['7:18 文字太长：3003 字节，企业微信最多 3000 字节']],
  ['nothing in it', '{}', ['7:10 没有内容']],
  ['the name of a guide', '{ text: "{导购名}欢迎你" }', ['7:18 这里不能用 {导购名}']],
  ['an unknown picture', '{ attachments: [{ image: no.png }] }', ['7:35 找不到素材「no.png」']],
  ['two attachments', `{ attachments: [${LINK}, ${LINK}] }`, ['7:25 「attachments」有 2 项，最多 1 项']],
  ['an unknown kind', '{ attachments: [{ voice: a.amr }] }', ['7:28 不认识「voice」']],
])('%s', async (_what, welcome, said) => {
  expect(await saidOf(welcome)).toEqual(said)
})

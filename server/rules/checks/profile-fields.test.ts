import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { editorSchemas } from '../files/editor-schemas.ts'
import { formatFault } from '../files/rule-fault.ts'
import { type LoadedRules, loadRules } from '../load-rules.ts'
import { GOOD_RULES, ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

async function load(files: Record<string, string>): Promise<LoadedRules> {
  const made = ruleFolderOnDisk({ ...GOOD_RULES, ...files })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(made.folder, path)), { recursive: true })
    writeFileSync(join(made.folder, path), text)
  }
  try {
    return await loadRules(made.folder, VOCABULARY)
  } finally {
    made.remove()
  }
}
const told = async (files: Record<string, string>) => (await load(files)).faults.map((one) => formatFault(one))

const field = (rest: string): string => `fields:\n  - { field: 口味, ${rest} }\n`

it.each<[text: string, ...told: string[]]>([
  [field('type: text')],
  [field('type: choices, options: [厚切, 薄切], required: true, fact: true, see: [guide, lead], edit: [guide]')],
  [field('type: number, unit: 口, min: 1, max: 9')],
  [field('type: choice'), 'profile.yaml:2:24 type: choice 要写能选哪些。加上 options: [一种, 另一种]'],
  [
    field('type: text, options: [厚切, 薄切]'),
    'profile.yaml:2:30 type: text 不用写 options。删掉 options，或者改成 choice、choices',
  ],
  [field('type: choice, options: [厚切, 厚切]'), 'profile.yaml:2:46 「厚切」写了两次。只留一个'],
  [field('type: date, unit: 口'), 'profile.yaml:2:30 只有数字（number）才写 unit。删掉 unit'],
  [field('type: number, min: 5, max: 3'), 'profile.yaml:2:37 最小 5 比最大 3 还大。把两个数对调'],
  [
    field('type: text, see: [lead], edit: [guide]'),
    'profile.yaml:2:50 guide 看不到这个字段，不能改。在 see 里加上 guide',
  ],
  [
    `${field('type: text')}  - { field: 口味, type: number }\n`,
    'profile.yaml:3:14 字段「口味」和第 1 项重名。换一个名字，或者删掉一个',
  ],
  [
    `fields:\n${['甲', '乙', '丙', '丁'].map((name) => `  - { field: ${name}, type: text, required: true }\n`).join('')}`,
    'profile.yaml:5:39 必问的字段最多 3 个，这是第 4 个。再多导购就不问了：留最要紧的三个',
  ],
])('%j', async (text, ...expected) => {
  expect(await told({ 'profile.yaml': text })).toEqual(expected)
})

const FIELDS = `fields:
  - { field: 家里几口人, type: number, fact: true }
  - { field: 用什么煎, type: choices, options: [平底锅, 烤箱], fact: true }
  - { field: 几成熟, type: choice, options: [五成, 全熟], fact: true }
  - { field: 孩子生日, name: 宝宝生日, type: date, fact: true }
  - { field: 忌口, type: text }
`
const audience = (condition: string): Record<string, string> => ({
  'profile.yaml': FIELDS,
  'sends/试.yaml': `send: 试\naudience: ${condition}\ncontent: { text: 你好 }\nat: "2030-01-01 10:00"\n`,
})

it.each([
  '{ profile.家里几口人: { gte: 4 } }',
  '{ profile.家里几口人: 4 }',
  '{ profile.用什么煎: { any: [烤箱] } }',
  '{ profile.几成熟: 全熟 }',
  '{ profile: { 孩子生日: { gte: 1095 } } }',
  '{ any: [ { profile.家里几口人: { known: false } }, { follow.days: { gte: 3 } } ] }',
])('rules may ask %s', async (condition) => {
  expect(await told(audience(condition))).toEqual([])
})

it.each([
  ['{ profile.家里几人: { gte: 4 } }', '客户资料里没有「家里几人」。是不是想写 profile.家里几口人'],
  ['{ profile.忌口: 花生 }', '资料「忌口」没有开放给规则。在 profile.yaml 里给它写 fact: true'],
  ['{ profile.家里几口人: { gte: "4" } }', '「家里几口人」是数字，不能和「4」比较。去掉引号：4'],
  ['{ profile.用什么煎: 烤箱 }', '「用什么煎」可以选几个，要写怎么比。写成 { any: [烤箱] }'],
  ['{ profile.用什么煎: { any: [烤箱, 平底窝] } }', '「用什么煎」里没有「平底窝」这一项。是不是想写 平底锅'],
  ['{ profile.几成熟: { gte: 五成 } }', '「几成熟」不能用 gte。可以用 eq、ne、in、notIn、known'],
  ['{ profile.几成熟: 七成 }', '「几成熟」里没有「七成」这一项。是不是想写 五成'],
])('but not %s', async (condition, expected) => {
  const faults = await told(audience(condition))
  expect(faults).toHaveLength(1)
  expect(faults[0]).toContain(expected)
  expect(faults[0]).toMatch(/^sends\/试\.yaml:2:/)
})

it('editors are offered the fields that rules may ask for, and no others', async () => {
  const { fields, names } = await load({ 'profile.yaml': FIELDS })
  const schema = editorSchemas(VOCABULARY, names, fields).get('send.json') ?? ''
  expect(schema).toContain('"profile.家里几口人"')
  expect(schema).not.toContain('忌口')
  expect(schema).not.toContain('profile.#')
  expect(editorSchemas(VOCABULARY).get('profile.json')).toContain('"fields"')
})

it('a stored rule is understood without the file it was checked with', async () => {
  const { book } = await load(audience('{ profile.用什么煎: { any: [烤箱] } }'))
  expect(book?.sends.get('试')?.audience).toEqual({
    kind: 'test',
    path: 'profile.#set[field=用什么煎]',
    test: { any: ['烤箱'] },
  })
})

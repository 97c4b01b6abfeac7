import { describe, expect, it } from 'vitest'
import { changed, faultsOf } from '../testing/rule-folder-on-disk.ts'

const channel = (old: string, by: string) => changed('channels/包裹卡.yaml', old, by)
const welcome = (old: string, by: string) => changed('welcomes/欢迎.yaml', old, by)
const pool = (old: string, by: string) => changed('groups/付费群.yaml', old, by)
const sop = (old: string, by: string) => changed('sop/首单.yaml', old, by)

describe('faults of writing', () => {
  it.each([
    ['a tab', channel('guides: [linxiaoyu]', 'guides:\n\t- a'), 'channels/包裹卡.yaml:4:1 缩进用了 Tab。换成空格'],
    ['a key twice', channel('welcome: 欢迎', 'state: other'), 'channels/包裹卡.yaml:4:1 「state」写了两次。只留一个'],
    [
      'an open quote',
      welcome('我是{导购名}"', '我是{导购名}'),
      'welcomes/欢迎.yaml:3:7 这里的引号没有成对。在这段文字末尾补上引号',
    ],
    [
      'a text that begins with a brace',
      welcome('"{客户昵称}您好，我是{导购名}"', '{客户昵称}您好'),
      'welcomes/欢迎.yaml:3:13 文字以 { 开头会被当成别的意思。给整句文字加上引号',
    ],
    ['an alias', channel('[linxiaoyu]', '*guides'), 'channels/包裹卡.yaml:3:9 规则里不能用 YAML 的引用'],
    [
      'a bomb of aliases',
      { 'channels/炸弹.yaml': `a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n` },
      'channels/炸弹.yaml:1:1 不认识「a」',
    ],
    ['a tag', channel('[linxiaoyu]', '!!js/function x'), 'channels/包裹卡.yaml:3:9 规则里不能用 YAML 的标签'],
    ['an endless nest', { 'sop/深.yaml': `a: ${'['.repeat(5_000)}` }, 'sop/深.yaml:1:1 嵌套太深，读不了'],
    ['endless ends of nests', { 'sop/尾.yaml': '}]'.repeat(400_000) }, 'sop/尾.yaml:1:1 嵌套太深，读不了'],
    [
      'a Chinese colon',
      { 'channels/包裹卡.yaml': 'channel：包裹卡\n' },
      'channels/包裹卡.yaml:1:8 第 8 个字：冒号是全角的「：」。换成英文冒号加一个空格',
    ],
    [
      'GBK',
      { 'channels/包裹卡.yaml': Buffer.from([0x63, 0x3a, 0x20, 0xb0, 0xfc, 0xb9, 0xfc]) },
      'channels/包裹卡.yaml:1:1 文件编码不是 UTF-8',
    ],
    ['a giant file', { 'channels/大.yaml': `# ${'x'.repeat(1_000_001)}` }, 'channels/大.yaml:1:1 文件太大（977 KB）'],
    [
      'a file in the wrong folder',
      { 'channel/包裹卡.yaml': 'channel: x' },
      'channel/包裹卡.yaml:1:1 放在这里不会起作用。是不是想放在 channels/ 里',
    ],
    [
      'a file name that plays with the terminal',
      { 'sop/\u001b[2K\u202e.yaml': 'a: 1' },
      'sop/�[2K�.yaml:1:1 不认识「a」',
    ],
  ])('%s', async (_what, files, expected) => {
    const faults = await faultsOf(files)
    expect(faults.map((fault) => fault.slice(0, expected.length))).toContain(expected)
  })
})

describe('faults of shape', () => {
  it.each([
    ['a misspelt key', channel('guides:', 'guide:'), 'channels/包裹卡.yaml:3:1 不认识「guide」。是不是想写 guides'],
    [
      'a missing key',
      channel('guides: [linxiaoyu]\n', ''),
      'channels/包裹卡.yaml:1:1 缺少「guides」。guides：接待的导购',
    ],
    ['nobody to receive', channel('[linxiaoyu]', '[]'), 'channels/包裹卡.yaml:3:9 「guides」至少要有 1 项'],
    [
      'a text for a list',
      channel('[linxiaoyu]', 'linxiaoyu'),
      'channels/包裹卡.yaml:3:9 「guides」要写一个列表，不能是「linxiaoyu」。写成列表：[linxiaoyu]',
    ],
    [
      'a number for a text',
      channel('linxiaoyu', '10086'),
      'channels/包裹卡.yaml:3:10 第 1 项要写文字，不能是 10086。加上引号："10086"',
    ],
    [
      'an empty value',
      channel('state: package-card', 'state:'),
      'channels/包裹卡.yaml:2:7 「state」后面是空的，要写文字',
    ],
    [
      'a Chinese state',
      channel('package-card', '包裹'),
      'channels/包裹卡.yaml:2:8 「state」不能写成「包裹」。渠道参数',
    ],
    [
      'an unknown role',
      pool('role: paid', 'role: payed'),
      'groups/付费群.yaml:2:7 「role」不能是「payed」。可以写 education、paid、vip、other',
    ],
    [
      'an unknown trigger',
      sop('trigger: customer.added', 'trigger: customer.add'),
      'sop/首单.yaml:3:10 「trigger」不能是「customer.add」。是不是想写 customer.added',
    ],
    ['a misspelt step', sop('- welcome:', '- welcom:'), 'sop/首单.yaml:6:5 不认识「welcom」。是不是想写 welcome'],
    [
      'two steps in one',
      sop('  - tag:', '    tag:'),
      'sop/首单.yaml:7:5 「tag」不能和「welcome」写在同一项里。另起一行，单独写成一项',
    ],
    [
      'a wrong duration, told as one',
      sop('wait: 10m', 'wait: 10分钟'),
      'sop/首单.yaml:8:11 「wait」不能写成「10分钟」。时长，如 30s（秒）、10m（分钟）、24h（小时）、3d（天）',
    ],
    [
      'a fault deep in a branch',
      sop('{ invite: 科普群 }', '{ invit: 科普群 }'),
      'sop/首单.yaml:12:24 不认识「invit」。是不是想写 invite',
    ],
    ['a wrong hour', sop('"10:00"', '"25:00"'), 'sop/首单.yaml:13:20 「until」不能写成「25:00」。北京时间'],
    [
      'ten attachments',
      welcome('  - image: hello.png\n', '  - image: hello.png\n'.repeat(9)),
      'welcomes/欢迎.yaml:5:3 「attachments」有 10 项，最多 9 项',
    ],
  ])('%s', async (_what, files, expected) => {
    const faults = await faultsOf(files)
    expect(faults.map((fault) => fault.slice(0, expected.length))).toEqual([expected])
  })
})

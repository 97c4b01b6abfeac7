import { describe, expect, it } from 'vitest'
import { changed, faultsOf, GOOD_RULES } from '../testing/rule-folder-on-disk.ts'

const channel = (old: string, by: string) => changed('channels/包裹卡.yaml', old, by)
const welcome = (old: string, by: string) => changed('welcomes/欢迎.yaml', old, by)
const sop = (old: string, by: string) => changed('sop/首单.yaml', old, by)
const SOP = GOOD_RULES['sop/首单.yaml'] ?? ''

describe('a file that is not what it seems', () => {
  it.each<[string, Record<string, string | Buffer | undefined>, string]>([
    ['emptied', { 'sop/首单.yaml': '' }, 'sop/首单.yaml:1:1 文件是空的'],
    ['all comment', { 'sop/首单.yaml': '# sop: 首单\n---\n\n' }, 'sop/首单.yaml:1:1 文件里只有注释'],
    ['a word for nothing', { 'sop/首单.yaml': '~\n' }, 'sop/首单.yaml:1:1 规则后面是空的'],
    [
      'half merged',
      sop(
        'trigger: customer.added',
        '<<<<<<< HEAD\ntrigger: customer.added\n=======\ntrigger: order.paid\n>>>>>>> dev',
      ),
      'sop/首单.yaml:3:1 文件里有没解决的合并冲突',
    ],
    [
      'with a zero-width blank',
      channel('[linxiaoyu]', '[\u200blinxiaoyu]'),
      'channels/包裹卡.yaml:3:10 这里有一个看不见的字符（U+200B）',
    ],
    [
      'with a no-break blank',
      channel('guides: ', 'guides:\u00a0'),
      'channels/包裹卡.yaml:3:8 这里有一个看不见的字符（U+00A0）',
    ],
    [
      'a SOP among sends',
      { 'sends/首单.yaml': SOP.replaceAll('first-order', 'other') },
      'sends/首单.yaml:1:1 这是SOP，放在这里不会起作用。放到 sop/',
    ],
  ])('%s is one fault that says so', async (_what, files, expected) => {
    const faults = await faultsOf(files)
    expect(faults.map((fault) => fault.slice(0, expected.length))).toEqual([expected])
  })

  it.each(['\u061c', '\u180e', '\u2028', '\u2063', '\ufff9'])('%j is seen by nobody, too', async (mark) => {
    const code = (mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    // In a name it would be told as an unknown word that looks like a known one.
    for (const files of [welcome('您好', `您${mark}好`), channel('state:', `st${mark}ate:`)])
      expect(await faultsOf(files)).toEqual([expect.stringContaining(`这里有一个看不见的字符（U+${code}）`)])
  })

  it.each([
    ['\\u202e', 'U+202E'],
    ['\\u200b', 'U+200B'],
    ['\\a', 'U+0007'],
    ['\\e', 'U+001B'],
    ['\\0', 'U+0000'],
  ])('nor is %s in quotes, which stands for one', async (written, code) => {
    expect(await faultsOf(welcome('您好', `您${written}好`))).toEqual([
      expect.stringMatching(
        new RegExp(`^welcomes/欢迎.yaml:3:7 这里有一个看不见的字符（${code.replace('+', '\\+')}）`),
      ),
    ])
  })

  it.each(['\\n', '\\t', '\\u4f60', '\\U0001F468\\u200d\\U0001F469'])(
    '%s in quotes is what one reads',
    async (written) => {
      expect(await faultsOf(welcome('您好', `您${written}好`))).toEqual([])
    },
  )

  it('may begin with a mark of its bytes, and emoji may be joined', async () => {
    const text = GOOD_RULES['welcomes/欢迎.yaml'] ?? ''
    expect(await faultsOf({ 'welcomes/欢迎.yaml': `\ufeff${text.replace('您好', '您好👨‍👩‍👧❤️')}` })).toEqual([])
  })
})

describe('slips of a Chinese keyboard are named with their column', () => {
  it.each([
    ['a colon', channel('state: package-card', 'state：package-card'), ':2:6 第 6 个字：冒号是全角的「：」'],
    ['brackets', channel('[linxiaoyu]', '［linxiaoyu］'), ':3:9 第 9 个字：括号「［」是全角的'],
    ['a comma in a list', channel('[linxiaoyu]', '[linxiaoyu，zhoumin]'), ':3:10 「linxiaoyu，zhoumin」里有中文标点'],
    ['a full-width number', sop('wait: 10m', 'wait: １０'), ':8:11 第 11 个字：数字是全角的'],
    ['quotes', sop('"10:00"', '“10:00”'), '“10:00”'],
    [
      'no blank behind a colon',
      channel('state: package-card', 'state:package-card'),
      ':2:6 第 6 个字：冒号后面没有空格',
    ],
    ['a blank as indent', sop('  - welcome: 欢迎', '\u3000- welcome: 欢迎'), ':6:1 第 1 个字：缩进用了全角空格'],
    ['a dash', sop('  - welcome: 欢迎', '  － welcome: 欢迎'), ':6:3 第 3 个字：短横用了「－」'],
  ])('%s', async (_what, files, expected) => {
    expect((await faultsOf(files)).join('\n')).toContain(expected)
  })

  it.each([
    ['in a text for customers', welcome('我是{导购名}', '地址：人民路（“老店”旁），电话：请问我')],
    [
      'in lines of a block',
      welcome('"{客户昵称}您好，我是{导购名}"', '|\n  您好：\n  －周三有福利\n  “全场８折”，先到先得'),
    ],
  ])('but are right %s', async (_where, files) => expect(await faultsOf(files)).toEqual([]))
})

it.each([
  ['text: 元旦家里人多 #年夜饭# 可以看看礼盒', true],
  ['text: 元旦家里人多 # 年夜饭的说明', false],
  ['text: "元旦家里人多 #年夜饭# 可以看看礼盒"', false],
])('%s', async (line, isCut) => {
  const files = welcome('text: "{客户昵称}您好，我是{导购名}"', line)
  expect((await faultsOf(files)).some((fault) => fault.includes('# 后面的字会被当成注释'))).toBe(isCut)
})

it.each([
  ['"21:30–09:00"', '第 6 个字「–」换成「-」：21:30-09:00'],
  ['"２1:30-09:00"', '第 1 个字「２」换成「2」：21:30-09:00'],
  ['"21：30～09：00"', '第 3 个字「：」换成「:」：21:30-09:00'],
])('quiet: %s names the letter that is another one', async (quiet, expected) => {
  const [fault = ''] = await faultsOf({ 'policy.yaml': `quiet: ${quiet}\n` })
  expect(fault).toContain(expected)
})

it('a number of mixed digits names the wide one', async () => {
  expect((await faultsOf(sop('trigger: customer.added', 'priority: ９5\ntrigger: customer.added'))).join()).toContain(
    '第 1 个字「９」换成「9」：95',
  )
})

it('hours that are none hide nobody’s message', async () => {
  const files = {
    'policy.yaml': 'quiet: "09:00-09:00"\n',
    'sop/夜.yaml':
      'sop: night\nname: 夜\ntrigger: order.paid\nsteps:\n  - wait: { until: "18:00" }\n  - message: { text: 您好, within: 2h }\n',
  }
  expect(await faultsOf(files)).toEqual([expect.stringContaining('开始和结束一样')])
})

it.each([
  ['a name', '林小雨', '「林小雨」是姓名，这里要写员工账号（userid）'],
  ['two in one', 'a、b', '里有中文标点'],
  ['a phone with blanks', '138 0000', '不是员工账号'],
])('%s is no account of a guide', async (_what, guide, expected) => {
  expect((await faultsOf(channel('[linxiaoyu]', `["${guide}"]`))).join()).toContain(expected)
})

it('a rule of the wrong shape does not hide what else is wrong with it', async () => {
  const files = {
    'sop/首单.yaml': SOP.replace('customer.added', 'customer.add')
      .replace('科普群 }', '没有的群 }')
      .replace('[包裹卡]', '[没有的渠道]'),
  }
  const faults = (await faultsOf(files)).join('\n')
  for (const part of ['customer.add', '没有的群', '没有的渠道']) expect(faults).toContain(part)
})

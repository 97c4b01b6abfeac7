import { expect, it, test } from 'vitest'
import { AppError } from '../../core/kernel/app-error.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { readSomeSettings } from '../../settings.ts'
import { runCommand } from '../../testing/run-command.ts'
import { PROGRAMS } from '../programs.ts'
import { cliFault } from './cli-fault.ts'
import { defineCommand, type Program } from './command.ts'
import { flag, many, numbered, oneOf, optional, or, text, whole } from './slot.ts'

const shop: Program = {
  name: 'shop',
  says: '牛排店。',
  commands: [
    defineCommand({
      name: 'cook',
      audited: 'no',
      scope: 'open',
      says: '煎一块',
      words: { dish: text('牛排', '哪一块'), sauces: many(text('酱', '什么酱')) },
      options: {
        minutes: or(3, whole('分钟', '煎几分钟', { min: 1, max: 9 })),
        how: optional(oneOf('几分熟', '几分熟', ['三分', '七分'])),
        salt: many(text('盐', '撒什么盐')),
        now: flag('马上'),
      },
      run: async (asked) => ({ text: `煎${asked.dish}`, data: asked }),
    }),
    defineCommand({
      name: 'list',
      audited: 'no',
      scope: 'open',
      says: '列出来',
      lists: true,
      run: async (_asked, _desk, form) => ({
        text: '西冷 一块',
        data: { form, byName: new Map([['西冷', 1]]), names: new Set(['西冷']) },
        sheet: { header: ['名字', '数量'], rows: [['=西冷', 1]] },
        isNo: true,
        remark: '快卖完了',
      }),
    }),
    defineCommand({
      name: 'take',
      audited: 'no',
      scope: 'open',
      says: '拿走一块',
      words: { id: numbered('编号', '哪一块') },
      options: { to: text('谁', '给谁') },
      run: async ({ id, to }) => {
        if (id === 1) throw cliFault('no', '没有编号 1 的牛排。')
        if (id === 2) throw new TypeError('x is not a function')
        if (id === 3) throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:3306'), { code: 'ECONNREFUSED' })
        if (id === 4) readSomeSettings({ PORT: 'x' }, ['PORT', 'WECOM_SECRET'])
        if (id === 5) throw new AppError('orders.not-text', 'not text', { zh: '这不是文本。' })
        return { text: `${to} 拿走了 ${id}`, data: { id, to } }
      },
    }),
  ],
}
const clock = createSettableClock('2026-11-22T09:00:00+08:00')
const run = (line: string, program = shop) => runCommand(program, line.split(' '), { clock })

it('words and options come by their names, read as what they are', async () => {
  const { code, out } = await run('cook 西冷 黑椒 蒜蓉 --minutes 5 --how 七分 --salt 海盐 --salt 岩盐 --now --json')
  expect([code, JSON.parse(out)]).toEqual([
    0,
    { dish: '西冷', sauces: ['黑椒', '蒜蓉'], minutes: 5, how: '七分', salt: ['海盐', '岩盐'], now: true },
  ])
  const bare = await run('cook 西冷 --json')
  expect(JSON.parse(bare.out)).toEqual({ dish: '西冷', sauces: [], minutes: 3, salt: [], now: false })
})

it('a word that is copied from a page brings nothing along that nobody sees; a dash of its own is a word', async () => {
  const { out } = await run('\u202acook 西\u200b冷\ufeff 👨‍👩‍👧 —黑椒 --minutes \u200e5 --json')
  expect(JSON.parse(out)).toMatchObject({ dish: '西冷', sauces: ['👨‍👩‍👧', '—黑椒'], minutes: 5 })
})

it('one answer in three forms, with its remark and its code beside it', async () => {
  expect(await run('list')).toEqual({ code: 1, out: '西冷 一块', err: '快卖完了' })
  const json = await run('list --json')
  expect([json.code, JSON.parse(json.out)]).toEqual([1, { form: 'json', byName: { 西冷: 1 }, names: ['西冷'] }])
  const csv = await run('list --csv')
  expect([csv.code, csv.out]).toEqual([1, `\uFEFF"名字","数量"\r\n"'=西冷","1"`])
})

const COOK = '用法：npm run -s shop -- cook <牛排> [酱…] [--minutes <分钟>]'
const TAKE = '用法：npm run -s shop -- take <编号> --to <谁>；详细：npm run -s shop -- take --help'
test.each([
  ['', '没有写命令。', '用法：npm run -s shop -- <命令>（cook、list、take）'],
  ['cock', '没有「cock」这个命令。是不是想写 cook？', '用法：npm run -s shop -- <命令>'],
  ['cook', 'cook 后面要写 <牛排>。', COOK],
  ['cook 西冷 --minutes 10', '--minutes 要写整数（1 到 9），不是「10」。', COOK],
  ['cook 西冷 --minutes 3.5', '--minutes 要写整数（1 到 9），不是「3.5」。', COOK],
  ['cook 西冷 --minutes', '--minutes 后面要写 <分钟>。', COOK],
  ['cook 西冷 --minutes --now', '--minutes 后面要写 <分钟>。', COOK],
  ['cook 西冷 --how 全熟', '--how 只能是 三分、七分，不是「全熟」。', COOK],
  ['cook 西冷 --now=1', '--now 后面不用写别的。', COOK],
  ['cook 西冷 --minuts 3', '不认识 --minuts。是不是想写 --minutes？', COOK],
  ['cook 西冷 --csv', '结果不是列表，没有 --csv；给程序读用 --json。', COOK],
  ['list --csv --json', '--json 和 --csv 只能写一个。', '用法：npm run -s shop -- list；'],
  ['list 西冷', '多了「西冷」。名称里有空格时用引号括起来。', '用法：npm run -s shop -- list；'],
  ['take 西冷 --to 小林', '编号要写成数字，例如 12，不是「西冷」。', TAKE],
  ['take 7', '没有写 --to <谁>。', TAKE],
  ['take 7 —to 小林', '「—to」前面不是英文的短横，要写 --to。', TAKE],
  ['take 7 --to 小林 －－json', '「－－json」前面不是英文的短横，要写 --json。', TAKE],
  ['take 7 –to=小林', '「–to=小林」前面不是英文的短横，要写 --to。', TAKE],
])('«%s» is wrong use: one line of what is wrong, one of how to write it', async (line, message, usage) => {
  const { code, out, err } = await run(line)
  const [first, second = '', ...more] = err.split('\n')
  expect([code, out, first, more]).toEqual([2, '', message, []])
  expect(second).toContain(usage)
})

test.each([
  ['take 1 --to 甲', 1, '没有编号 1 的牛排。'],
  ['take 2 --to 甲', 1, /^没有完成，是程序的问题。[^\n]*\n（TypeError: x is not a function）$/],
  [
    'take 3 --to 甲',
    1,
    /^数据库拒绝连接，多半没有启动：启动 MySQL[^\n]*\n（Error: connect ECONNREFUSED 127.0.0.1:3306）$/,
  ],
  [
    'take 4 --to 甲',
    2,
    /^有 2 个设置（环境变量）要改：\n {2}PORT 要写 0 到 65535 的整数，不是「x」（.*）\n {2}WECOM_SECRET 还没有设：自建应用的 Secret$/,
  ],
  ['take 5 --to 甲', 1, '这不是文本。'],
  ['take #7 --to 甲', 0, ''],
])('«%s» ends with %i and says only what is so', async (line, code, err) => {
  const outcome = await run(line)
  expect(outcome.code).toBe(code)
  if (typeof err === 'string') expect(outcome.err).toBe(err)
  else expect(outcome.err).toMatch(err)
})

it('help needs no place to be filled, and shows every word and option with what it means', async () => {
  for (const line of ['cook --help', 'cook -h', 'help cook']) {
    const { code, out } = await run(line)
    expect(code).toBe(0)
    expect(out.split('\n').map((one) => one.trim())).toEqual(
      expect.arrayContaining([
        '--minutes 分钟  煎几分钟（1 到 9），默认 3',
        '--salt 盐       撒什么盐（可以写多次）',
        '牛排            哪一块',
      ]),
    )
  }
  const { out } = await run('--help')
  expect(out).toContain('  cook <牛排> [酱…]  煎一块')
})

const names = Object.keys(PROGRAMS)
it.each(names)(
  '%s: --help of it and of each of its commands, without a setting or a database, in Chinese',
  async (name) => {
    const program = await PROGRAMS[name]?.()
    if (program === undefined) throw new Error(name)
    expect(program.name).toBe(name)
    for (const command of ['', ...program.commands.map((one) => one.name)]) {
      const { code, out, err } = await runCommand(program, command === '' ? ['--help'] : [command, '--help'], { clock })
      expect([code, err]).toEqual([0, ''])
      expect(out).toContain(`npm run -s ${name}`)
      expect(out).toContain('退出码：0')
      expect(out.split('\n').length).toBeLessThan(30)
    }
  },
)

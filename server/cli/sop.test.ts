import { spawn, spawnSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../core/kernel/clock.ts'
import { ruleFolderOnDisk } from '../rules/testing/rule-folder-on-disk.ts'
import { runCommand } from '../testing/run-command.ts'
import { sopProgram } from './sop.ts'

const noDatabase = { clock: systemClock }

const removals: (() => void)[] = []
afterEach(() => {
  for (const remove of removals.splice(0)) remove()
})
function rules(files: Record<string, string> = {}): string {
  const made = ruleFolderOnDisk(files)
  removals.push(made.remove)
  return made.folder
}

describe('sop check', () => {
  it('says what there is when all is well', async () => {
    const { code, out } = await runCommand(sopProgram, ['check', rules()], noDatabase)
    expect(code).toBe(0)
    expect(out).toMatch(
      /^规则没有问题：渠道 1 个，欢迎语 1 条，标签 4 个，群池 2 个，话术 1 条，SOP 1 个，定时群发 1 个，梯子 0 个，事件转发 0 个。版本 [0-9a-f]{12}$/,
    )
  })

  it('lists every fault with a path that an editor can open', async () => {
    const folder = rules({ 'channels/乙.yaml': 'channel: 乙\nguide: [a]\n' })
    expect(await runCommand(sopProgram, ['check', `${folder}/`], noDatabase)).toEqual({
      code: 1,
      out: `${folder}/channels/乙.yaml:2:1 不认识「guide」。是不是想写 guides`,
      err: '共 1 处要改。',
    })
  })

  it('ends the process with its code and prints faults to stdout', () => {
    const folder = rules({ 'sop/坏.yaml': 'sop: x' })
    const run = (...words: string[]) =>
      spawnSync(process.execPath, ['--import', 'tsx', 'server/cli/main.ts', 'sop', ...words], { encoding: 'utf8' })
    const faulty = run('check', folder)
    expect([faulty.status, faulty.stdout.includes('sop/坏.yaml:1:6'), faulty.stderr]).toEqual([
      1,
      true,
      '共 4 处要改。\n',
    ])
    expect(run('check', rules()).status).toBe(0)
    expect(run('chek').status).toBe(2)
  })

  it('a reader who closes the pipe early hears of no fault', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'server/cli/main.ts', 'sop', 'check', rules()])
    child.stdout.destroy()
    let err = ''
    child.stderr.on('data', (data) => (err += String(data)))
    const code = await new Promise((done) => child.once('close', done))
    expect([code, err]).toEqual([0, ''])
  })
})

it.each([
  [[], '没有写命令。', '用法：npm run -s sop -- <命令>'],
  [['chek'], '没有「chek」这个命令。是不是想写 check？', '用法：npm run -s sop -- <命令>'],
  [['check', 'a', 'b'], '多了「b」。名称里有空格时用引号括起来。', '用法：npm run -s sop -- check [文件夹]；'],
  [['check', '--all'], '不认识 --all。', '用法：npm run -s sop -- check [文件夹]；'],
])('wrong use %j is told in two lines: what is wrong, and how to write it', async (words, message, usage) => {
  const { code, out, err } = await runCommand(sopProgram, words, noDatabase)
  expect([code, out]).toEqual([2, ''])
  const [first, second, ...more] = err.split('\n')
  expect([first, more]).toEqual([message, []])
  expect(second).toContain(usage)
})

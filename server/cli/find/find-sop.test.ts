import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { openSopScene, type SopScene } from '../../operations/sop/testing/sop-scene.ts'
import { runCommand } from '../../testing/run-command.ts'
import { sopProgram } from '../sop.ts'

const sop = (id: string, name: string): string => `
sop: ${id}
name: ${name}
trigger: customer.added
steps:
  - task: { for: guide, title: 打个招呼 }
`

let t: SopScene
beforeEach(async () => {
  t = await openSopScene({
    sop: sop('greet-first', '打招呼'),
    files: { 'sop/生日.yaml': sop('birthday', '生日祝福') },
  })
})
afterEach(() => t.close())

const versions = (name: string) => runCommand(sopProgram, ['versions', name, '--json'], t)
const idOf = async (name: string): Promise<string> => JSON.parse((await versions(name)).out).sop

it('an SOP goes by its id, its name, and its file, with folder and ending or without', async () => {
  for (const name of ['greet-first', '打招呼', 'first', 'sop/first.yaml', ' 打招呼 '])
    expect([name, await idOf(name)]).toEqual([name, 'greet-first'])
  for (const name of ['生日祝福', '生日', 'config/sop/生日.yaml']) expect(await idOf(name)).toBe('birthday')
})

it('one that is not there is told with the near one, or with those there are', async () => {
  const errOf = async (name: string) => {
    const { code, err } = await versions(name)
    expect(code).toBe(1)
    return err
  }
  expect(await errOf('打招')).toBe('没有叫「打招」的 SOP。是不是 打招呼（greet-first）？')
  expect(await errOf('birtday')).toBe('没有叫「birtday」的 SOP。是不是 生日祝福（birthday）？')
  expect(await errOf('双十一')).toMatch(/^没有叫「双十一」的 SOP。有：.*打招呼（greet-first）/)
})

it('one whose file is gone is still found by id and name: the server knew it; a plan of the files does not', async () => {
  rmSync(join(t.configDir, 'sop/生日.yaml'))
  await t.huoshui.rules.check()
  await t.advance(SECOND_MS)
  expect(await idOf('生日祝福')).toBe('birthday')
  expect(await runCommand(sopProgram, ['plan', '生日祝福'], t)).toMatchObject({
    code: 1,
    err: '没有叫「生日祝福」的 SOP。有：打招呼（greet-first）。',
  })
})

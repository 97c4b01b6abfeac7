import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../core/kernel/shanghai.ts'
import { sopFigures } from '../../operations/sop/explain/sop-figures.ts'
import { openSopScene, type SopScene } from '../../operations/sop/testing/sop-scene.ts'
import { runCommand } from '../../testing/run-command.ts'
import { sopProgram } from '../sop.ts'

const NEWCOMER = `
sop: newcomer
name: 新客
trigger: customer.added
when: { channel: { in: [门店物料] } }
steps:
  - task: { for: guide, title: 打个招呼 }
  - wait: 1d
  - task: { for: guide, title: 回访 }
  - wait: 6d
goal: order.paid
`
const CARE = `
sop: care
name: 关怀
trigger: { daily: "10:00" }
when: { follow.active: true }
steps:
  - task: { for: guide, title: 一号关怀 }
reenterAfterDays: 4
`
const REGULAR = `
sop: regular
name: 常客
trigger: { enters: { orders.paid.count: { gte: 1 } }, includeCurrent: true }
when: { follow.active: true }
steps:
  - task: { for: guide, title: 谢谢常客 }
`

let t: SopScene
let folder = ''
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await t.close()
})

const sop = (...words: string[]) => runCommand(sopProgram, words, t)
const told = async (...words: string[]): Promise<string[]> => {
  let isClosed = false
  const onClose = (): void => {
    isClosed = true
  }
  const { code, out, err } = await runCommand(sopProgram, ['plan', ...words], { ...t, onClose })
  expect([code, err, isClosed]).toEqual([0, '', true])
  return out.split('\n')
}
/** The last columns of the line that begins so. */
const columns = (lines: string[], text: string): string[] =>
  (lines.find((line) => line.trim().startsWith(text)) ?? '').trim().split(/ {2,}/).slice(1)

it('compares with the version that is released, and estimates who will come from who came', async () => {
  t = await openSopScene({ sop: NEWCOMER, files: { 'sop/care.yaml': CARE } })
  expect(t.huoshui.rules.faults()).toEqual([])
  const ids: string[] = []
  for (const coming of [['store-code', 'store-code'], ['store-code', 'parcel-card'], ['store-code']]) {
    await t.advance(4 * HOUR_MS)
    for (const state of coming) ids.push(await t.scan({ state }))
    for (let hour = 4; hour < 24; hour += 4) await t.advance(4 * HOUR_MS)
  }
  await t.pay(ids[0] ?? '')

  // The second version comes into force and is taken back; a third, and another journey, stand in somebody's folder.
  const [first] = await t.rawRows<{ version: string }>(`SELECT version FROM sop_release WHERE sop = 'care'`)
  t.writeConfig({ 'sop/care.yaml': CARE.replace('一号', '二号') })
  await t.huoshui.rules.check()
  expect((await sop('rollback', 'care', '--to', first?.version ?? '')).code).toBe(0)
  folder = mkdtempSync(join(tmpdir(), 'huoshui-plan-'))
  cpSync(t.configDir, folder, { recursive: true })
  writeFileSync(join(folder, 'sop/care.yaml'), CARE.replace('一号', '三号').replace('Days: 4', 'Days: 2'))
  writeFileSync(join(folder, 'sop/regular.yaml'), REGULAR)

  const lines = await told(folder, '--days', '3')
  expect(lines.find((line) => line.includes('SOP「关怀」'))).toContain(`（现行 ${first?.version}）`)
  expect(lines).toContain('会进入 8 人次；现行 3。')
  expect(columns(lines, '1. 给导购待办「三号关怀」')).toEqual(['8', '—'])
  expect(columns(lines, '去掉 给导购待办「一号关怀」')).toEqual(['—', '3'])
  expect(lines.join('')).not.toContain('二号')
  expect(lines).toContain('启用时就会触发 1 人，已经在里面 0 人。')
  expect(columns(lines, '1. 给导购待办「谢谢常客」')).toEqual(['1'])

  // The estimate is what the last three days brought: the same rules let in the same people.
  const nowMs = t.clock.now()
  const lived = await t.db.view((tx) => sopFigures.steps(tx, nowMs - 3 * DAY_MS, nowMs))
  const count = (outcome: string) => String(lived.filter((step) => step.outcome === outcome).length)
  const estimate = lines.slice(lines.findIndex((line) => line.startsWith('估计（不是预演）')))
  expect(columns(estimate, '会进入（人次）')).toEqual(['1.3', '4'])
  expect(columns(estimate, '给导购待办「打个招呼」')).toEqual(['1.3', count('给导购待办「打个招呼」')])
  expect(columns(estimate, '给导购待办「回访」')).toEqual(['1.0', count('给导购待办「回访」')])
  expect(columns(estimate, '进不来：不符合条件')).toEqual(['0.3', '1'])

  // More is asked for than is on record.
  const long = await told(folder, 'newcomer', '--days', '4')
  expect(long.find((line) => line.includes('天的记录'))).toMatch(/只有 3\.0 天的记录.*已按 1\.3 倍放大到 4 天/)
  const json = JSON.parse((await told(folder, '--json', '--days', '14')).join(''))
  expect(json.sops).toMatchObject([
    { sop: 'care', matching: 5, entered: 35, running: { version: first?.version, entered: 16 } },
    { sop: 'newcomer', byEvent: true, insideBefore: 3, entered: 0 },
    { sop: 'regular', matching: 1, entered: 1, running: null },
  ])
  expect(json.arrivals).toMatchObject({ isEstimate: true, recordedDays: 3, events: 6, sops: [{ sop: 'newcomer' }] })
  expect(json.arrivals.sops[0]).toMatchObject({
    entered: 19,
    refused: { 不符合条件: 5 },
    steps: [
      { text: '给导购待办「打个招呼」', done: 19, doneADay: 1.36 },
      { text: '给导购待办「回访」', done: 14, doneADay: 1 },
    ],
  })
})

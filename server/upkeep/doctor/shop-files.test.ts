import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { createAlerts } from '../../records/alerts/alerts.ts'
import { SHOP_FILE } from '../shops/shop-tables.ts'
import { findingsOf, openDoctor, RULES, type TestDoctor } from './testing/open-doctor.ts'

let folder: string
let t: TestDoctor
const rule = (more = '') => ({ 'shops/a.yaml': `shop: 老店\nid: old\nplatform: files\nfolder: ${folder}/in\n${more}` })
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'huoshui-doctor-files-'))
  mkdirSync(join(folder, 'in'))
  t = await openDoctor({ config: { ...RULES, ...rule() } })
})
afterEach(async () => {
  await t.close()
  rmSync(folder, { recursive: true, force: true })
})

const found = async () =>
  findingsOf(await t.report())
    .filter(({ what }) => what === '店铺「老店」')
    .map(({ state, why }) => `${state} ${why}`)

it('tells of a folder that is not there, and of names of columns that are none', async () => {
  expect(await found()).toEqual(['ok 文件夹是空的，等着放导出文件'])
  writeFileSync(join(folder, 'in', 'a.csv'), '订单号\n')
  expect(await found()).toEqual(['ok 文件夹里有 1 个文件，还没有读'])
  rmSync(join(folder, 'in'), { recursive: true })
  expect(await found()).toEqual([`fail 这台机器上没有文件夹 ${folder}/in`])
  mkdirSync(join(folder, 'in'))
  t.writeConfig(rule('columns:\n  定单号: 单号\n'))
  expect(await found()).toEqual(['fail columns.定单号 没有「定单号」这个列名。是不是「订单号」。'])
})

it('tells of files with faults for three days, of those that nobody reads on, and of no other', async () => {
  const now = t.clock.now()
  const counts = (faults: number) =>
    JSON.stringify({ rows: 3, stored: 2, corrected: 0, unchanged: 0, matched: 0, itemsLeftOut: 0, nobody: 0, faults })
  const row = (digest: string, more: object) => ({
    ...{ shop: 'old', digest, name: `${digest}.csv`, size: 1, state: 'done' as const, by_rule: '', found_at: now },
    ...{ counts: counts(0), faults: '[]' },
    ...more,
  })
  await t.db.tx((tx) =>
    tx.insertIgnore(SHOP_FILE, [
      row('long-ago', { counts: counts(1), faults: '["3:3 金额看不懂"]', found_at: now - 4 * DAY_MS }),
      row('of-another-shop', { shop: 'other', counts: counts(1), faults: '["3:3 金额看不懂"]' }),
      row('just-now', { state: 'reading', found_at: now - MINUTE_MS }),
      row('stuck', { state: 'reading', found_at: now - 40 * MINUTE_MS }),
      row('refused', { state: 'refused', counts: null, faults: '["表头不能用"]' }),
      row('faulty', { counts: counts(1), faults: '["4:3 金额看不懂"]', missing: '["x"]' }),
      row('mended', { counts: counts(1), faults: '["4:3 金额看不懂"]', missing: '[]' }),
      row('fine', {}),
    ]),
  )
  expect(await found()).toEqual([
    expect.stringMatching(/^ok 最近的文件「fine.csv」.*读了 3 行：新增 2/),
    'warn 文件「faulty.csv」有 1 处没有导入：4:3 金额看不懂',
    'fail 文件「refused.csv」读不了：表头不能用',
    expect.stringMatching(/^warn 文件「stuck.csv」没有读完/),
  ])
})

it('tells of files that the server may not read, though whoever asks may', async () => {
  writeFileSync(join(folder, 'in', 'a.csv'), '订单号\n')
  const alerts = createAlerts({ clock: t.clock })
  await t.db.tx(async (tx) => {
    await alerts.raise(tx, { key: 'shops.unread:other', text: '没有权限读「b.csv」', todo: 'chmod' })
    await alerts.raise(tx, { key: 'shops.unread:old', text: '没有权限读「a.csv」', todo: 'chmod' })
  })
  expect(await found()).toEqual(['ok 文件夹里有 1 个文件，还没有读', 'fail 没有权限读「a.csv」'])
})

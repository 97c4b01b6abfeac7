import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { AtHand } from '../at-hand.ts'
import { checkRules } from '../check-rules.ts'
import { formatFault } from '../files/rule-fault.ts'
import { readRuleFolder } from '../files/rule-folder.ts'
import { type LoadedRules, loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'
import { sourcesIn } from '../testing/sources-in.ts'
import { checkAside, isLarge } from './check-aside.ts'

let made: ReturnType<typeof ruleFolderOnDisk>
beforeEach(() => {
  made = ruleFolderOnDisk({})
})
afterEach(() => made.remove())

const scripts = (from: number, count: number): string =>
  [
    `domain: 第 ${from} 本`,
    'situations:',
    '  - situation: 问候',
    '    scripts:',
    ...Array.from({ length: count }, (_one, n) => script(`s-${from + n}`)),
  ].join('\n')
const script = (id: string): string =>
  `      - { id: ${id}, title: 话术 ${id}, aim: 问候, expect: 回复, text: "您好，今天想看点什么？" }`

/** Longest time for which this thread's event loop stood still meanwhile, and how long it took. */
async function watched(work: () => Promise<LoadedRules>) {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const startedAt = performance.now()
  const loaded = await work()
  const tookMs = performance.now() - startedAt
  await new Promise((resolve) => setImmediate(resolve))
  delay.disable()
  return { loaded, tookMs, stallMs: delay.max / 1e6 }
}

// Generous bounds: other programs use the same cores. In this thread each takes many times as long; the figures themselves are
// printed by `npm run attack`.
const STALL_MS = 3_000
const WITHIN_MS = 30_000

it('80,000 unknown names are told as the first fifty, and nobody waits for that', async () => {
  const names = Array.from({ length: 80_000 }, (_one, number) => `k${number}: 1`)
  writeFileSync(join(made.folder, 'sop/b.yaml'), names.join('\n'))
  const { loaded, tookMs, stallMs } = await watched(() => loadRules(made.folder, VOCABULARY))
  expect(loaded.faults).toHaveLength(50)
  expect(formatFault(loaded.faults[49] as never)).toContain('sop/b.yaml:50:1 不认识「k49」')
  expect(tookMs).toBeLessThan(WITHIN_MS)
  expect(stallMs).toBeLessThan(STALL_MS)
})

it('thousands of names that are taken already are told as the first of them, and nobody waits for that', async () => {
  writeFileSync(
    join(made.folder, 'scripts/0.yaml'),
    `${scripts(0, 4_000)}\n${scripts(0, 4_000).split('\n').slice(4).join('\n')}`,
  )
  const { loaded, stallMs } = await watched(() => loadRules(made.folder, VOCABULARY))
  expect(loaded.faults).toHaveLength(200)
  expect(formatFault(loaded.faults[0] as never)).toBe(
    'scripts/0.yaml:4005:15 话术编号「s-0」已经用在「话术 s-0」。每条话术用自己的编号',
  )
  expect(stallMs).toBeLessThan(STALL_MS)
})

it('a large library that is good comes into force as it stands in its files, and nobody waits for that', async () => {
  writeFileSync(join(made.folder, 'scripts/0.yaml'), scripts(0, 4_000))
  writeFileSync(join(made.folder, 'scripts/1.yaml'), scripts(4_000, 500))
  const { loaded, stallMs } = await watched(() => loadRules(made.folder, VOCABULARY))
  expect(loaded.faults).toEqual([])
  expect(loaded.book?.scripts.size).toBe(4_501)
  expect([...(loaded.book?.scripts.keys() ?? [])].slice(3_999, 4_001)).toEqual(['s-3999', 's-4000'])
  expect(stallMs).toBeLessThan(STALL_MS)
})

it('says the same as the check in this thread, of good rules and of bad ones, and asks whether names are in use', async () => {
  const inForce = await sourcesIn(made.folder)
  const asked: unknown[] = []
  const atHand: AtHand = {
    staff: [{ userId: 'linxiaoyu', name: '林小雨', hasLeft: false }],
    departments: undefined,
    categories: new Set(['茶']),
    products: new Set(['乌龙']),
    inForce,
    isInUse: async (named) => {
      asked.push(named)
      return true
    },
  }
  const both = async () => {
    const found = await readRuleFolder(made.folder)
    expect(isLarge(found)).toBe(false)
    const here = await checkRules(found, VOCABULARY, atHand)
    expect(await checkAside(found, VOCABULARY, { atHand })).toEqual(here)
    return here
  }
  expect((await both()).sources?.sop).toHaveLength(1)
  made.write({ 'channels/包裹卡.yaml': 'channel: 快递卡\nstate: package-card\nguides: [wang]\nwelcome: 欢迎\n' })
  const { faults } = await both()
  expect(faults.map(({ message }) => message)).toContain('渠道「包裹卡」不见了，新来了「快递卡」：是改名吗')
  expect(asked).toContainEqual({ kind: 'channel', name: '包裹卡' })
})

it('what takes too long is a fault, and what is stopped ends at once', async () => {
  writeFileSync(join(made.folder, 'scripts/0.yaml'), scripts(0, 2_000))
  const found = await readRuleFolder(made.folder)
  const late = await checkAside(found, VOCABULARY, { withinMs: 1 })
  expect(late.faults.map((fault) => formatFault(fault))).toEqual([
    '.:1:1 规则太多或太乱，检查了很久还没有检查完。去掉最近加进来的大文件，或者拆开分几次加',
  ])
  const ended = new AbortController()
  const stopped = checkAside(found, VOCABULARY, { signal: ended.signal })
  ended.abort(new Error('stopped by hand'))
  await expect(stopped).rejects.toThrow('stopped by hand')
})

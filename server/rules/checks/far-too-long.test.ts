import { describe, expect, it } from 'vitest'
import { faultsOf, GOOD_RULES } from '../testing/rule-folder-on-disk.ts'

const unknown = (count: number): string[] => Array.from({ length: count }, (_one, n) => `k${n}: 1`)
const told = async (files: Record<string, string>): Promise<string[]> => faultsOf(files)

describe('a document with far more keys than any may have', () => {
  it('is told as its beginning alone would be', async () => {
    const whole = await told({ 'sop/长.yaml': unknown(5_000).join('\n') })
    expect(whole).toEqual(await told({ 'sop/长.yaml': unknown(60).join('\n') }))
    expect(whole.at(0)).toContain('sop/长.yaml:1:1 不认识「k0」')
    expect(whole).toHaveLength(50)
  })

  it('and what stands behind is not looked at, which takes long', async () => {
    const faults = await told({ 'sop/长.yaml': [...unknown(5_000), '\tx: 1'].join('\n') })
    expect(faults).toHaveLength(50)
    expect(faults.join()).not.toContain('Tab')
  })

  it('makes nothing up elsewhere: what it would have named is not missing', async () => {
    const [file, good] = ['channels/包裹卡.yaml', GOOD_RULES['channels/包裹卡.yaml'] ?? '']
    const faults = await told({ [file]: ['channel: 快递卡', ...unknown(2_000), '---', good].join('\n') })
    expect(faults.filter((fault) => !fault.startsWith(file))).toEqual([])
    expect(faults).toHaveLength(50)
  })
})

describe('a file of many keys that is another matter is looked at as a whole', () => {
  const channel = (n: number, guides = '[linxiaoyu]'): string =>
    [`channel: 门店${n}`, `state: shop-${n}`, `guides: ${guides}`, 'welcome: 欢迎', 'tags: [来源/包裹卡]'].join('\n')
  const channels = (last: string): string =>
    [...Array.from({ length: 300 }, (_one, n) => channel(n)), last].join('\n---\n')

  it('many documents', async () => {
    expect(await told({ 'channels/门店.yaml': channels(channel(300)) })).toEqual([])
    const [fault, ...more] = await told({ 'channels/门店.yaml': channels(channel(300, '[]')) })
    expect([fault, more]).toEqual([expect.stringContaining('「guides」至少要有 1 项'), []])
  })

  it('many documents behind one that is hopeless', async () => {
    const faults = await told({ 'channels/门店.yaml': `${unknown(64).join('\n')}\n---\n${channels(channel(300))}` })
    expect(faults).toHaveLength(50)
    expect(faults.join()).not.toContain('缺少')
  })

  it('one document whose text only looks so', async () => {
    const lines = Array.from({ length: 1_200 }, (_one, n) => `k${n}: 1`)
    const sop = ['sop: 长文', `name: "${lines[0]}`, ...lines.slice(1), '"'].join('\n')
    const faults = await told({ 'sop/长文.yaml': sop })
    expect(faults.join()).not.toContain('不认识「k')
    expect(faults).not.toEqual([])
  })

  it('the beginning with a fault that is of its end', async () => {
    const faults = await told({ 'sop/开.yaml': ['{', ...unknown(1_200).map((line) => `${line},`), '}'].join('\n') })
    expect(faults).toHaveLength(50)
    expect(faults.at(0)).toContain('sop/开.yaml:2:1 不认识「k0」')
  })
})

import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { VOCABULARY } from '../capabilities/vocabulary.ts'
import { formatFault } from './files/rule-fault.ts'
import { loadRules } from './load-rules.ts'
import { changed, GOOD_RULES, ruleFolderOnDisk } from './testing/rule-folder-on-disk.ts'

const removals: (() => void)[] = []
afterEach(() => {
  for (const remove of removals.splice(0)) remove()
})

function rules(files: Record<string, string | Buffer | undefined> = {}) {
  const made = ruleFolderOnDisk(files)
  removals.push(made.remove)
  return made.folder
}

describe('good rules', () => {
  it('become one book', async () => {
    const { book, faults } = await loadRules(rules(), VOCABULARY)
    expect(faults).toEqual([])
    expect(book?.channels.get('包裹卡')).toMatchObject({
      name: '包裹卡',
      file: 'channels/包裹卡.yaml',
      value: { state: 'package-card', guides: ['linxiaoyu'] },
    })
    expect(book?.defaultWelcome?.name).toBe('欢迎')
    expect(book?.tags).toEqual([
      { group: '来源', names: ['包裹卡', '直播间'] },
      { group: '生命周期', names: ['新客', '老客'] },
    ])
    expect(book?.pools.get('科普群')?.entry).toEqual({ kind: 'test', path: 'orders.paid.count', test: { eq: 0 } })
    expect(book?.scripts.get('join-paid')).toMatchObject({
      domain: '入群',
      situation: '付费群',
      order: 0,
      forCondition: { kind: 'test', path: 'orders.paid.count', test: { gte: 1 } },
    })
    expect(book?.sops.get('first-order')).toMatchObject({
      title: '首单',
      when: { kind: 'test', path: 'channel', test: { in: ['包裹卡'] } },
    })
    expect(book?.sends.get('福利')?.audience).toEqual({
      kind: 'all',
      of: [
        { kind: 'test', path: 'tags', test: { any: ['生命周期/老客'] } },
        { kind: 'test', path: 'follow.active', test: { eq: true } },
      ],
    })
  })

  it('keep their version over comments, spaces and the order of keys, and change it with the meaning', async () => {
    const versionWith = async (files: Record<string, string>) =>
      (await loadRules(rules(files), VOCABULARY)).book?.channels.get('包裹卡')?.version
    const first = await versionWith({})
    expect(first).toMatch(/^[0-9a-f]{12}$/)
    const reordered = `# 说明\ntags:   [ "来源/包裹卡" ]\nwelcome: 欢迎\nguides:\n  - linxiaoyu\nstate: package-card\nchannel: 包裹卡\n`
    expect(await versionWith({ 'channels/包裹卡.yaml': reordered })).toBe(first)
    expect(await versionWith(changed('channels/包裹卡.yaml', 'linxiaoyu', 'zhoumin'))).not.toBe(first)
  })

  it('are another book when a script moves to another situation, though the script is the same', async () => {
    const load = async (files: Record<string, string>) => (await loadRules(rules(files), VOCABULARY)).book
    const before = await load({})
    const after = await load(changed('scripts/入群.yaml', 'situation: 付费群', 'situation: 邀请'))
    expect(after?.scripts.get('join-paid')?.version).toBe(before?.scripts.get('join-paid')?.version)
    expect(after?.version).not.toBe(before?.version)
  })

  it('may stand several in one file', async () => {
    const { book, faults } = await loadRules(
      rules({
        'channels/更多.yaml': 'channel: 甲\nguides: [a]\n---\nchannel: 乙\nguides: [b]\n---\n',
      }),
      VOCABULARY,
    )
    expect(faults).toEqual([])
    expect([...(book?.channels.keys() ?? [])].sort()).toEqual(['乙', '包裹卡', '甲'])
  })

  it('stand among files that are none: those are remarked on, or left alone', async () => {
    const { book, advice } = await loadRules(
      rules({
        'README.txt': 'x',
        'channels/名单.xlsx': 'x',
        'sop/沉睡.ymal': 'sop: x',
        'sop/流失.yaml ': 'sop: x',
        'policy.yaml.off': 'x',
        'assets/旧/生日.yaml': 'sop: x',
        'assets/旧/生日.txt': 'x',
        'sops/新客.yaml.off': 'sop: x',
        'sops/新客': 'sop: x',
        'sops/a.png': 'x',
        LICENSE: 'x',
        'sop/沉睡.yaml.bak': 'sop: x',
        'sop/~$首单.yaml': 'x',
        'Thumbs.db': 'x',
        '.DS_Store': 'x',
      }),
      VOCABULARY,
    )
    expect(book?.channels.size).toBe(1)
    const stray = '规则文件夹里只认 .yaml 文件，这个文件不会起作用'
    expect(advice.map(({ file, message }) => `${file} ${message}`)).toEqual([
      `README.txt ${stray}`,
      'assets/旧/生日.yaml 素材文件夹里的规则不会起作用',
      `channels/名单.xlsx ${stray}`,
      `policy.yaml.off ${stray}`,
      `sop/沉睡.ymal ${stray}`,
      `sop/流失.yaml  ${stray}`,
      `sops/新客 ${stray}`,
      `sops/新客.yaml.off ${stray}`,
    ])
  })

  it('may be missing altogether', async () => {
    const nothing = Object.fromEntries(Object.keys(GOOD_RULES).map((file) => [file, undefined]))
    const { book, faults } = await loadRules(rules(nothing), VOCABULARY)
    expect(faults).toEqual([])
    expect(book?.welcomes.size).toBe(0)
  })

  it('are found behind links, as a mounted ConfigMap has them', async () => {
    const folder = rules({
      'channels/包裹卡.yaml': undefined,
      'assets/ch.yaml': GOOD_RULES['channels/包裹卡.yaml'] ?? '',
    })
    symlinkSync(join(folder, 'assets/ch.yaml'), join(folder, 'channels/包裹卡.yaml'))
    const { book } = await loadRules(folder, VOCABULARY)
    expect(book?.channels.has('包裹卡')).toBe(true)
  })
})

it('a folder that does not exist is a fault, not an exception', async () => {
  const { faults } = await loadRules('/nowhere/at/all', VOCABULARY)
  expect(faults.map((fault) => formatFault(fault))).toEqual(['.:1:1 打不开这个文件夹。检查它是否存在、有没有读取权限'])
})

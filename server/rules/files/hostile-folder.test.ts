import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'
import { folderSignature } from './folder-signature.ts'
import { formatFault } from './rule-fault.ts'
import { readRuleFolder } from './rule-folder.ts'

let made: ReturnType<typeof ruleFolderOnDisk>
let outside: string
beforeEach(() => {
  made = ruleFolderOnDisk({})
  outside = mkdtempSync(join(tmpdir(), 'huoshui-outside-'))
  writeFileSync(join(outside, 'secret.yaml'), 'PHONE_SECRET=abcdefgh\n')
})
afterEach(() => {
  made.remove()
  rmSync(outside, { recursive: true })
})
const faults = async () => (await loadRules(made.folder, VOCABULARY)).faults.map((fault) => formatFault(fault))

it.each<[string, () => void, string]>([
  [
    'a link to a file outside',
    () => symlinkSync(join(outside, 'secret.yaml'), join(made.folder, 'sop/x.yaml')),
    'sop/x.yaml:1:1 这个链接指向规则文件夹外面',
  ],
  [
    'a link to a folder outside',
    () => symlinkSync(outside, join(made.folder, 'sop/etc')),
    'sop/etc:1:1 这个链接指向规则文件夹外面',
  ],
  [
    'a link to the folder itself',
    () => symlinkSync('..', join(made.folder, 'sop/loop')),
    'sop/loop:1:1 不是普通文件，或者文件夹太深、绕了圈',
  ],
  [
    'a repository',
    () => {
      mkdirSync(join(made.folder, 'sop/repo/objects'), { recursive: true })
      writeFileSync(join(made.folder, 'sop/repo/HEAD'), 'ref: refs/heads/main\n')
    },
    'sop/repo:1:1 这里有一个 git 仓库，规则文件夹里不能有',
  ],
  [
    'a file of three gigabytes',
    () => {
      writeFileSync(join(made.folder, 'sop/giant.yaml'), '')
      truncateSync(join(made.folder, 'sop/giant.yaml'), 3_000_000_000)
    },
    'sop/giant.yaml:1:1 文件太大（2929688 KB）',
  ],
  [
    'a device that never ends',
    () => symlinkSync('/dev/zero', join(made.folder, 'sop/zero.yaml')),
    'sop/zero.yaml:1:1 这个链接指向规则文件夹外面',
  ],
  [
    'a folder of twenty-four megabytes',
    () => {
      for (let n = 0; n < 40; n++)
        writeFileSync(join(made.folder, `sop/${String(n).padStart(2, '0')}.yaml`), `a: ${'x'.repeat(600_000)}`)
    },
    'sop/16.yaml:1:1 到这个文件为止，规则文件加起来超过 10 MB，都没有再看',
  ],
])('%s is one fault that shows nothing of it, at once', async (_what, make, expected) => {
  make()
  const found = await faults()
  expect(found.map((fault) => fault.slice(0, expected.length))).toEqual([expected])
  expect(found.join()).not.toContain('PHONE_SECRET')
})

it('among assets rules are looked for, but through no link that leads out or round, and not without end', async () => {
  const assets = join(made.folder, 'assets')
  mkdirSync(join(assets, '旧'), { recursive: true })
  writeFileSync(join(assets, '旧/生日.yaml'), 'x')
  symlinkSync(outside, join(assets, '外面.yaml'))
  symlinkSync('..', join(assets, '圈'))
  const remarks = async () => (await readRuleFolder(made.folder)).remarks.map(({ file }) => file)
  expect(await remarks()).toEqual(['assets/旧/生日.yaml'])
  rmSync(assets, { recursive: true })
  symlinkSync(outside, assets)
  expect(await remarks()).toEqual([])
  rmSync(assets)
  mkdirSync(assets)
  for (let n = 0; n < 5_001; n++) writeFileSync(join(assets, `${String(n).padStart(5, '0')}.png`), '')
  writeFileSync(join(assets, '99999.yaml'), '')
  expect(await remarks()).toEqual([])
})

it('the look for changes sees a pipe, which is a fault and is not waited at', async () => {
  const before = await folderSignature(made.folder)
  execFileSync('mkfifo', [join(made.folder, 'sop/x.yaml')])
  expect((await folderSignature(made.folder)).text).not.toBe(before.text)
  expect((await faults()).map((fault) => fault.slice(0, 24))).toEqual(['sop/x.yaml:1:1 不是普通文件，或者'])
})

it('the look for changes goes to no link that leads out, and sees that there is one', async () => {
  const before = await folderSignature(made.folder)
  symlinkSync(outside, join(made.folder, 'sop/etc'))
  const linked = await folderSignature(made.folder)
  writeFileSync(join(outside, 'more.yaml'), 'x')
  expect(linked.text).not.toBe(before.text)
  expect((await folderSignature(made.folder)).text).toBe(linked.text)
  symlinkSync('nowhere', join(made.folder, 'sop/none.yaml'))
  expect((await folderSignature(made.folder)).text).not.toBe(linked.text)
})

it('the look for changes sees those of files that are linked within the folder, as a ConfigMap mounts them', async () => {
  mkdirSync(join(made.folder, '..data'))
  writeFileSync(join(made.folder, '..data/tags.yaml'), 'x')
  symlinkSync('../..data/tags.yaml', join(made.folder, 'sop/tags.yaml'))
  const before = await folderSignature(made.folder)
  writeFileSync(join(made.folder, '..data/tags.yaml'), 'xy')
  expect((await folderSignature(made.folder)).text).not.toBe(before.text)
})

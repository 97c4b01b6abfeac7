import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { fileAuthor } from './file-author.ts'

const folder = mkdtempSync(join(tmpdir(), 'huoshui-author-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('is git’s last author while the file is as committed, else the owner of the file; never an error', async () => {
  const owner = { name: userInfo().username, source: 'file-owner' }
  writeFileSync(join(folder, 'a.yaml'), 'one')
  expect(await fileAuthor(folder, 'a.yaml')).toEqual(owner)
  const git = (...words: string[]) => execFileSync('git', ['-C', folder, ...words])
  git('init', '-q')
  expect(await fileAuthor(folder, 'a.yaml')).toEqual(owner)
  git('add', '.')
  git('-c', 'user.name=王店长', '-c', 'user.email=w@example.com', 'commit', '-qm', 'feat: a')
  expect(await fileAuthor(folder, 'a.yaml')).toEqual({ name: '王店长', source: 'git' })
  writeFileSync(join(folder, 'a.yaml'), 'two')
  expect(await fileAuthor(folder, 'a.yaml')).toEqual(owner)
  expect(await fileAuthor(folder, 'gone.yaml')).toEqual({ name: undefined, source: 'unknown' })
})

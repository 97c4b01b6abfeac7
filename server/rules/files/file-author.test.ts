import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fileAuthor } from './file-author.ts'

const OWNER = { name: userInfo().username, source: 'file-owner' }
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'huoshui-author-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (file: string, text: string, atSec = 1_000_000): void => {
  writeFileSync(join(folder, file), text)
  utimesSync(join(folder, file), atSec, atSec)
}

it('is whom the deployment names together with the file or later, else the owner of the file; never an error', async () => {
  put('a.yaml', 'one')
  expect(await fileAuthor(folder, 'a.yaml')).toEqual(OWNER)
  put('.author', '\u202e王店长\u001b[2K\nsecond line\n', 1_000_030)
  expect(await fileAuthor(folder, 'a.yaml')).toEqual({ name: '王店长[2K', source: 'deploy' })
  put('a.yaml', 'two', 1_000_100)
  expect(await fileAuthor(folder, 'a.yaml')).toEqual(OWNER)
  put('.author', '\n', 1_000_100)
  expect(await fileAuthor(folder, 'a.yaml')).toEqual(OWNER)
  expect(await fileAuthor(folder, 'gone.yaml')).toEqual({ name: undefined, source: 'unknown' })
})

it('shows no file from outside of the folder as a name', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'huoshui-outside-'))
  writeFileSync(join(outside, 'secret'), 'PHONE_SECRET=abcdefgh\n')
  put('a.yaml', 'one')
  symlinkSync(join(outside, 'secret'), join(folder, '.author'))
  expect(await fileAuthor(folder, 'a.yaml')).toEqual(OWNER)
  rmSync(outside, { recursive: true })
})

it.each([
  ['embedded', ''],
  ['of the folder', '.git'],
])('runs nothing that lies in the folder: a repository %s', async (_where, inside) => {
  const proof = join(folder, 'ran')
  // As git takes it for one, with a program to run.
  for (const part of ['objects', 'refs']) mkdirSync(join(folder, inside, part), { recursive: true })
  put(join(inside, 'HEAD'), 'ref: refs/heads/main\n')
  put(join(inside, 'config'), `[core]\n\tbare = false\n\tfsmonitor = "sh -c 'touch ${proof}'"\n`)
  put('a.yaml', 'one')
  expect(await fileAuthor(folder, 'a.yaml')).toEqual(OWNER)
  expect(existsSync(proof)).toBe(false)
})

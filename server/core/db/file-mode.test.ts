import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { migrations } from '../../../migrations/index.ts'
import { createDb } from './db.ts'
import { holdDatabase } from './hold-database.ts'

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

it('a SQLite file, its log and a folder made for it are closed to other accounts, an old file too', async () => {
  const place = mkdtempSync(join(tmpdir(), 'huoshui-mode-'))
  const file = join(place, 'data', 'huoshui.db')
  const open = async (mode: string): Promise<void> => {
    const db = createDb(`sqlite:${file}`, migrations)
    await db.migrate()
    expect(existsSync(`${file}-wal`)).toBe(true)
    expect(modeOf(file)).toBe(mode)
    for (const one of [`${file}-wal`, `${file}-shm`]) expect([one, modeOf(one).at(-1)]).toEqual([one, '0'])
    await db.close()
  }
  await open('600')
  expect(modeOf(join(place, 'data'))).toBe('700')
  chmodSync(file, 0o664)
  await open('660')
  // The owner's group may be let in on purpose.
  expect(modeOf(file)).toBe('660')
  // A folder that was there already is its owner's.
  const beside = join(place, 'beside.db')
  const db = createDb(`sqlite:${beside}`, migrations)
  await db.migrate()
  expect(modeOf(beside)).toBe('600')
  await db.close()
  rmSync(place, { recursive: true, force: true })
})

it('so are the locks beside it, an old one too', async () => {
  const place = mkdtempSync(join(tmpdir(), 'huoshui-mode-'))
  const file = join(place, 'huoshui.db')
  const open = async (): Promise<void> => {
    const letGo = holdDatabase(`sqlite:${file}`, { pid: process.pid, address: 'x' })
    const db = createDb(`sqlite:${file}`, migrations)
    await db.migrate()
    await db.close()
    letGo()
  }
  await open()
  const locks = [`${file}.lock`, `${file}.migrating`]
  expect([...locks, `${file}.holder`].map(modeOf)).toEqual(['600', '600', '600'])
  rmSync(file)
  for (const one of locks) {
    writeFileSync(one, '')
    chmodSync(one, 0o644)
  }
  await open()
  expect(locks.map(modeOf)).toEqual(['600', '600'])
  rmSync(place, { recursive: true, force: true })
})

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { createMigratedDatabase, type TestDatabase } from '../../testing/migrated-database.ts'
import { openDatabase } from './open-database.ts'
import { tellFault } from './tell-fault.ts'

let folder = ''
let made: TestDatabase | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'huoshui-open-'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await made?.drop()
  made = undefined
})

const refused = async (url: string): Promise<string> => {
  const outcome = await openDatabase(url).then(() => undefined, tellFault)
  expect(outcome?.code).toBe(1)
  return outcome?.err ?? ''
}

it('a database that is not there is not made', async () => {
  const file = join(folder, 'deep/shop.db')
  expect(await refused(`sqlite:${file}`)).toMatch(/^没有数据库文件 .*shop\.db。先启动一次服务/)
  expect(existsSync(join(folder, 'deep'))).toBe(false)
  expect(await refused('sqlite::memory:')).toContain('没有数据库文件')
})

it('an empty file, and one that is no database, are told apart and left as they are', async () => {
  const file = join(folder, 'x.db')
  writeFileSync(file, '')
  expect(await refused(`sqlite:${file}`)).toMatch(/^数据库里还什么都没有：服务没有在上面运行过。/)
  writeFileSync(file, '订单号,状态\n'.repeat(200))
  expect(await refused(`sqlite:${file}`)).toMatch(/^那个文件不是 SQLite 数据库：核对 DATABASE_URL/)
  expect(readdirSync(folder)).toContain('x.db')
})

it('an older database is not migrated by a command', async () => {
  made = await createMigratedDatabase()
  const db = await openDatabase(made.url)
  await db.tx((tx) =>
    tx.run(raw('DELETE FROM migrations WHERE id = (SELECT * FROM (SELECT MAX(id) FROM migrations) last)')),
  )
  await db.close()
  expect(await refused(made.url)).toBe('数据库比程序旧，还差 1 步升级：启动（或重启）服务会自动升级，然后再运行一次。')
})

it('a server that is not there, and a password that is wrong, are told in words', async () => {
  expect(await refused('mysql://root:secret@127.0.0.1:1/shop')).toMatch(/^数据库拒绝连接，多半没有启动/)
  expect(await refused('mysql://root:secret@127.0.0.1:1/shop')).not.toContain('secret')
})

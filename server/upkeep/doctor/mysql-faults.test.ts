import { afterEach, describe, expect, it } from 'vitest'
import { migrations } from '../../../migrations/index.ts'
import { createDb } from '../../core/db/db.ts'
import { raw } from '../../core/db/sql.ts'
import { buildTestApp } from '../../testing/build-test-app.ts'
import { openTcpGate } from '../../testing/tcp-gate.ts'
import { createTestDatabase } from '../../testing/test-database.ts'
import { openDoctor, RULES } from './testing/open-doctor.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

describe.runIf(process.env.TEST_MYSQL_URL)('on a MySQL server', () => {
  it('a database whose letters are too narrow is named with the statement that widens it', async () => {
    const t = await openDoctor()
    undo.push(() => t.close())
    expect(await t.about('数据库设置')).toEqual([
      expect.objectContaining({
        state: 'ok',
        why: expect.stringMatching(/^READ-COMMITTED、utf8mb4、最多 \d+ 个连接$/),
      }),
    ])
    const narrow = await createTestDatabase()
    undo.push(() => narrow.drop())
    const db = createDb(narrow.url, migrations)
    undo.push(() => db.close())
    const name = new URL(narrow.url).pathname.slice(1)
    await db.statement((tx) => tx.run(raw(`ALTER DATABASE ${name} CHARACTER SET latin1`)))
    expect(await t.about('数据库设置', { DATABASE_URL: narrow.url })).toMatchObject([
      { state: 'fail', why: '库的字符集是 latin1，存不下表情符号', next: expect.stringContaining('utf8mb4') },
    ])
  })

  it('a wrong password and a missing database are told apart, without the address', async () => {
    const t = await openDoctor()
    undo.push(() => t.close())
    const { host } = new URL(t.databaseUrl)
    const [missing] = await t.about('数据库', { DATABASE_URL: `mysql://root@${host}/huoshui_no_such_database` })
    expect(missing).toMatchObject({ state: 'fail', why: '数据库里没有这个库（ER_BAD_DB_ERROR）' })
    const [stranger] = await t.about('数据库', { DATABASE_URL: `mysql://huoshui_nobody:pass-word@${host}/x` })
    expect(stranger).toMatchObject({ state: 'fail', why: expect.stringMatching(/ER_ACCESS_DENIED|1698/) })
    expect(JSON.stringify(stranger)).not.toContain('pass-word')
  })

  it('a database that dies under the running server: its page comes up and tells it', async () => {
    const database = await createTestDatabase()
    undo.push(() => database.drop())
    const { hostname, port, pathname, username } = new URL(database.url)
    const gate = await openTcpGate({ host: hostname, port: Number(port || 3306) })
    undo.push(() => gate.close())
    const t = await buildTestApp({
      config: RULES,
      databaseUrl: `mysql://${username}@127.0.0.1:${gate.port}${pathname}`,
      env: { DOCTOR_KEY: 'a-key-for-the-doctor' },
    })
    undo.push(() => t.close())
    const send = (path: string, form: Record<string, string>, cookie = '') =>
      fetch(`${t.url}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie },
        body: new URLSearchParams(form),
      })
    const entered = await send('/doctor/login', { key: 'a-key-for-the-doctor' })
    const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? ''
    gate.shut()
    await send('/doctor/run', {}, cookie)
    await t.huoshui.doctor.settled()
    const page = await (await fetch(`${t.url}/doctor`, { headers: { cookie } })).text()
    expect(page).toMatch(/<h3>数据库<\/h3><p>(连不上|数据库(拒绝连接|断开了连接))/)
    expect(page).toContain('无法检查，因为数据库连不上')
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Db } from '../../core/db/db.ts'
import { raw } from '../../core/db/sql.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { createCredentialSeal } from './credential-seal.ts'
import { createCredentialStore } from './credential-store.ts'

const PAGE = 'https://crm.example.com/sidebar/'
const GETTOKEN = 'cgi-bin/gettoken'

/** Two whole Huoshuis, each with a memory of its own, on one database and one platform. */
let a: TestApp
let b: TestApp
beforeEach(async () => {
  a = await buildTestApp()
  b = await buildTestApp({ platform: a, databaseUrl: a.databaseUrl })
})
afterEach(async () => {
  await b.close()
  await a.close()
})

const ask = (app: TestApp) => app.huoshui.wecom.contacts.followUserList()
const askBoth = (times: number) => Promise.all(Array.from({ length: times }, () => [ask(a), ask(b)]).flat())
/** The refresh in the background is over. */
async function refreshed(): Promise<void> {
  const underWay = () => a.rawRows('SELECT name FROM credential WHERE lease_until IS NOT NULL')
  while (gettokens() < 2 || (await underWay()).length > 0) await new Promise((resolve) => setImmediate(resolve))
}
const gettokens = (): number => a.sandbox.calls(GETTOKEN).length

function withWorkAfterFirstLook(db: Db, work: () => Promise<void>): Db {
  let looks = 0
  return {
    ...db,
    statement: async (statement, rank) => {
      const answer = await db.statement(statement, rank)
      looks += 1
      if (looks === 1) await work()
      return answer
    },
  }
}

describe('two processes of one deployment', () => {
  it('fetch one access token between them, however many calls both make', async () => {
    await askBoth(20)
    expect(gettokens()).toBe(1)
  })

  it('fetch one new token when WeCom ends theirs early, and every call of both succeeds', async () => {
    await askBoth(3)
    a.sandbox.faults.set({ path: 'get_follow_user_list', invalidToken: true, times: 1 })
    for (const answer of await askBoth(10)) expect(answer.follow_user).toContain('zhangsan')
    expect(gettokens()).toBe(2)
  })

  // Two SQLite connections of one thread wait for each other, and the thread with them; two processes would not.
  it.runIf(process.env.TEST_MYSQL_URL)('refresh it once before its end, and nobody waits', async () => {
    await askBoth(1)
    a.clock.advance(116 * MINUTE_MS)
    await askBoth(10)
    await refreshed()
    await askBoth(10)
    expect(gettokens()).toBe(2)
    a.clock.advance(10 * MINUTE_MS)
    for (const answer of await askBoth(10)) expect(answer.follow_user).toContain('zhangsan')
    expect(gettokens()).toBe(3)
  })

  it('fetch each JS ticket once', async () => {
    for (const app of [a, b, a, b]) {
      await app.huoshui.wecom.jssdk.sign('corp', PAGE)
      await app.huoshui.wecom.jssdk.sign('agent', PAGE)
    }
    expect(a.sandbox.calls('get_jsapi_ticket')).toHaveLength(1)
    expect(a.sandbox.calls('ticket/get')).toHaveLength(1)
  })

  it('wait together after a fetch that failed: many wrong tries ban the server at WeCom', async () => {
    a.clock.advance(121 * MINUTE_MS)
    const before = gettokens()
    a.sandbox.faults.set({ path: GETTOKEN, errcode: 40001 })
    for (const app of [a, b, a, b, b]) await expect(ask(app)).rejects.toThrow()
    expect(gettokens() - before).toBe(1)
    a.sandbox.faults.clear()
    a.clock.advance(MINUTE_MS)
    await askBoth(2)
    expect(gettokens() - before).toBe(2)
  })

  it('leave nothing in the database by which a reader of a dump could call WeCom', async () => {
    await ask(a)
    const [row] = await a.rawRows<{ sealed: string; value_hash: string }>(
      `SELECT sealed, value_hash FROM credential WHERE name LIKE 'access-token:%'`,
    )
    const { corpId, secret } = a.sandbox.credentials
    const seal = createCredentialSeal({ corpId, secret })
    const name = `access-token:${seal.scope}`
    const token = seal.open(name, row?.sealed ?? '') ?? ''
    const answer = await fetch(`${a.sandbox.url}/cgi-bin/externalcontact/get_follow_user_list?access_token=${token}`)
    expect(await answer.json()).toMatchObject({ errcode: 0 })
    expect(JSON.stringify(await a.rawRows('SELECT * FROM credential'))).not.toContain(token)
    expect(createCredentialSeal({ corpId, secret: `${secret}x` }).open(name, row?.sealed ?? '')).toBeUndefined()
    expect(seal.open('corp-ticket', row?.sealed ?? '')).toBeUndefined()
  })
})

describe('the right to fetch', () => {
  const storeOf = (instance: string, db: Db = a.db) =>
    createCredentialStore({ db, seal: createCredentialSeal(a.sandbox.credentials), instance })('test')
  const NOW = Date.parse('2026-11-22T09:00:00+08:00')
  const fetched = (value: string) => ({ value, refreshAtMs: NOW + 100_000, expiresAtMs: NOW + 200_000 })

  it('ends when its holder dies, and what the dead one brings late does not replace what came since', async () => {
    const dead = storeOf('dead')
    const next = storeOf('next')
    expect(await dead.begin(undefined, NOW)).toEqual({ kind: 'mine' })
    expect(await next.begin(undefined, NOW + 9_999)).toMatchObject({ kind: 'taken', isPause: false })
    expect(await next.begin(undefined, NOW + 10_000)).toEqual({ kind: 'mine' })
    expect(await next.save(fetched('newer'), NOW + 11_000)).toMatchObject({ value: 'newer' })
    expect(await dead.save(fetched('late'), NOW + 12_000)).toMatchObject({ value: 'newer' })
    expect(await storeOf('third').begin(undefined, NOW + 13_000)).toEqual({
      kind: 'newer',
      credential: fetched('newer'),
    })
  })

  it('is not given for what another has refreshed since, though WeCom gave the same token again', async () => {
    const LATER = NOW + 150_000
    const again = { value: 'same', refreshAtMs: NOW + 175_000, expiresAtMs: NOW + 200_000 }
    const one = storeOf('one')
    await one.begin(undefined, NOW)
    await one.save(fetched('same'), NOW)
    const two = storeOf(
      'two',
      // Between its look and its asking for the right.
      withWorkAfterFirstLook(a.db, async () => {
        expect(await one.begin(undefined, LATER)).toEqual({ kind: 'mine' })
        await one.save(again, LATER)
      }),
    )
    expect(await two.begin(undefined, LATER)).toMatchObject({ kind: 'taken', credential: again })
    expect(await two.begin(undefined, LATER)).toEqual({ kind: 'newer', credential: again })
  })

  it('goes to one only of those whom WeCom refused the same token; the others get its successor', async () => {
    const [one, two] = [storeOf('one'), storeOf('two')]
    await one.begin(undefined, NOW)
    await one.save(fetched('old'), NOW)
    const begun = await Promise.all([one.begin('old', NOW), two.begin('old', NOW)])
    expect(begun.map(({ kind }) => kind).sort()).toEqual(['mine', 'taken'])
    const [winner, loser] = begun[0].kind === 'mine' ? [one, two] : [two, one]
    await winner.save(fetched('new'), NOW)
    expect(await loser.begin('old', NOW)).toMatchObject({ kind: 'newer', credential: { value: 'new' } })
  })
})

it('while the database is away a process goes on with the token it has, and fetches one if it must', async () => {
  await ask(b)
  await b.db.tx((tx) => tx.run(raw('DROP TABLE credential')))
  await ask(b)
  expect(gettokens()).toBe(1)
  b.sandbox.faults.set({ path: 'get_follow_user_list', invalidToken: true, times: 1 })
  expect((await ask(b)).follow_user).toContain('zhangsan')
  expect(gettokens()).toBe(2)
})

import { expect, test } from 'vitest'
import { buildTestApp } from '../testing/build-test-app.ts'
import type { Profile } from './contract.ts'
import { openBrowser } from './testing/sidebar-browser.ts'
import { openTwoStores, ROLES } from './testing/two-stores.ts'

const SCRIPT = '{ id: stop, title: 退订, aim: 退, expect: 好, text: "不想收消息点这里：{退订链接}" }'

test('whoever only looks gets no link by which to speak for the customer; the guide and the lead of the store do', async () => {
  // Logging in leads to our own address, which nobody but customers has here.
  const t = await openTwoStores()
  const names = ['yunying', 'zhangsan', 'dianzhang']
  const jars = await Promise.all(names.map(async (name) => (await t.as(name)).cookies))
  const next = await buildTestApp({
    config: {
      'roles.yaml': ROLES,
      'scripts/stop.yaml': `domain: 退订\nsituations: [ { situation: 不想收, scripts: [ ${SCRIPT} ] } ]\n`,
    },
    databaseUrl: t.databaseUrl,
    platform: { sandbox: t.sandbox, clock: t.clock },
    env: { PUBLIC_URL: 'http://scrm.example.cn' },
  })
  try {
    const [onlooker, guide, lead] = jars.map((cookies) => openBrowser(next.url, cookies))
    const look = async (browser: typeof onlooker, id: string) => {
      const { isReadOnly, optOutUrl } = (await browser?.get<Profile>(`customers/${id}`))?.body ?? {}
      return { isReadOnly, optOutUrl }
    }
    const links = () => t.rawRows('SELECT external_userid FROM opt_out_link')
    const nothing = { isReadOnly: true, optOutUrl: null }
    expect(await look(onlooker, t.customers.zhangsan)).toEqual(nothing)
    expect(await look(guide, t.customers.lost)).toEqual(nothing)
    expect(await links()).toEqual([])
    const own = await look(guide, t.customers.zhangsan)
    expect(own).toEqual({ isReadOnly: false, optOutUrl: expect.stringMatching(/^http:\/\/scrm\.example\.cn\/t\//) })
    expect(await look(lead, t.customers.zhangsan)).toEqual(own)
    expect(await links()).toEqual([{ external_userid: t.customers.zhangsan }])
  } finally {
    await next.close()
    await t.close()
  }
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ScopedRoute } from '../engine/http/scope.ts'
import type { JsonSchema } from '../rules/files/json-schema.ts'
import { sampleOf } from './testing/sample-of.ts'
import type { Browser } from './testing/sidebar-browser.ts'
import { openTwoStores, type TwoStores } from './testing/two-stores.ts'

/** Every registered route is asked by every role about everybody's customers: a new route is in it by itself. */

const ROLES = ['zhangsan', 'lisi', 'dianzhang', 'qudao', 'yunying', 'laoban', 'shenji'] as const
type Role = (typeof ROLES)[number]
const TARGETS = ['zhangsan', 'lisi', 'wangwu', 'lost', 'missing', 'odd'] as const
type Target = (typeof TARGETS)[number]

const LOOK: Record<Role, Target[]> = {
  zhangsan: ['zhangsan', 'lost'],
  lisi: ['lisi'],
  dianzhang: ['zhangsan', 'wangwu', 'lost'],
  qudao: ['lisi'],
  yunying: ['zhangsan', 'lisi', 'wangwu', 'lost'],
  laoban: ['zhangsan', 'lisi', 'wangwu', 'lost'],
  shenji: [],
}
const CHANGE: Record<Role, Target[]> = {
  zhangsan: ['zhangsan'],
  lisi: ['lisi'],
  dianzhang: ['zhangsan', 'wangwu'],
  qudao: ['lisi'],
  yunying: [],
  laoban: [],
  shenji: [],
}
const OWN: Record<Role, Target[]> = { ...CHANGE, dianzhang: [], qudao: [] }
/** Whom somebody may look at as the lead of the guide. */
const LEAD: Record<Role, Target[]> = { ...CHANGE, zhangsan: [], lisi: [] }
const MAY: Record<string, Record<Role, Target[]>> = {
  customer: LOOK,
  'customer.change': CHANGE,
  'customer.own': OWN,
  'customer.lead': LEAD,
}
/** Who may look at 张三's group, which no guide but him is in: his store's lead among them, the other store's not. */
const GROUP: readonly Role[] = ['zhangsan', 'dianzhang', 'yunying', 'laoban']
const AUDIT: readonly Role[] = ['laoban', 'shenji']
const NAMES: Partial<Record<Target, string>> = {
  zhangsan: '客户甲标记',
  lisi: '客户乙标记',
  wangwu: '客户丙标记',
  lost: '客户丁标记',
}
const REFUSALS = ['login-needed', 'no-role', 'not-yours', 'checking', 'handed-on', 'read-only', 'not-your-group'].map(
  (name) => `sidebar.${name}`,
)

let t: TwoStores
let browsers: Map<Role, Browser>
let routes: readonly ScopedRoute[]
let chatId: string
beforeAll(async () => {
  t = await openTwoStores({ env: { REQUESTS_PER_GUIDE: '0', REQUESTS_PER_ADDRESS: '0' } })
  ;({ chatId } = await t.sandbox.createGroup({ ownerUserId: 'zhangsan', name: '三里屯老客' }))
  await t.settle()
  await t.advance(60_000)
  browsers = new Map()
  for (const role of ROLES) browsers.set(role, await t.as(role))
  routes = t.huoshui.app.scopedRoutes.filter(({ method }) => method !== 'HEAD')
})
afterAll(() => t.close())

const idOf = (target: Target): string =>
  target === 'missing' ? 'wmNobodyHasThisId' : target === 'odd' ? "wm' OR 1=1 --" : t.customers[target]

/** `:name` to what is asked. */
const PARAMS: Record<string, (target: Target) => string> = {
  externalUserId: idOf,
  taskId: () => '1',
  dutyId: () => '1',
  shop: () => 'nobody',
  noteId: () => '1',
  scriptId: () => 'own:1',
  chatId: () => chatId,
}

function pathOf({ url, schema }: ScopedRoute, target: Target): string {
  const path = url.replace(/:(\w+)/g, (_all, name: string) => {
    const give = PARAMS[name]
    if (give === undefined) throw new Error(`${url}: say in swap.test.ts what stands for :${name}`)
    return encodeURIComponent(give(target))
  })
  const { querystring } = (schema ?? {}) as { querystring?: JsonSchema }
  const query = querystring === undefined ? {} : (sampleOf(querystring) as Record<string, string>)
  return Object.keys(query).length === 0 ? path : `${path}?${new URLSearchParams(query)}`
}

/** As our own page asks. */
const OURS = { 'x-huoshui-sidebar': '1' }

async function ask(route: ScopedRoute, role: Role, target: Target = 'zhangsan', from: Record<string, string> = OURS) {
  const { body } = (route.schema ?? {}) as { body?: JsonSchema }
  const response = await browsers.get(role)?.go(`${t.url}${pathOf(route, target)}`, {
    method: route.method,
    headers: { 'content-type': 'application/json', origin: t.url, ...from },
    ...(route.method === 'GET' ? {} : { body: JSON.stringify(body === undefined ? {} : sampleOf(body)) }),
  })
  const text = (await response?.text()) ?? ''
  const json = text.startsWith('{') ? (JSON.parse(text) as { code?: string; requestId?: string }) : {}
  return { status: response?.status ?? 0, text, code: json.code, refusal: { ...json, requestId: '' } }
}

function mayAsk({ url, scope }: ScopedRoute): Record<Role, Target[]> {
  const may = MAY[scope]
  if (may === undefined) throw new Error(`${url}: say in swap.test.ts who may ask ${scope}`)
  return may
}

const ofCustomers = () => routes.filter(({ scope }) => scope.startsWith('customer'))

it('who may ask is said of every route, and what names a customer is asked as such', () => {
  expect(ofCustomers().length).toBeGreaterThanOrEqual(12)
  const named = routes.filter(({ url }) => /customer|:externalUserId/i.test(url))
  expect(named.filter(({ scope }) => !scope.startsWith('customer'))).toEqual([])
  expect(ofCustomers().filter(({ url }) => !url.includes(':externalUserId'))).toEqual([])
  const changes = routes.filter(({ method, scope }) => method !== 'GET' && scope === 'customer')
  expect(changes).toEqual([])
})

it('nobody gets to a customer beyond their role, and who may not see one cannot tell whether there is one', async () => {
  const leaks: string[] = []
  for (const route of ofCustomers()) {
    const may = mayAsk(route)
    for (const role of ROLES) {
      const { refusal: missing } = await ask(route, role, 'missing')
      expect(missing).toMatchObject({ code: role === 'shenji' ? 'sidebar.not-yours' : 'sidebar.checking' })
      for (const target of TARGETS) {
        const answer = await ask(route, role, target)
        const what = `${role} ${route.method} ${route.url} ${target}: ${answer.status} ${answer.code ?? ''}`
        const isMine = may[role].includes(target)
        const isSeen = LOOK[role].includes(target)
        const wasLetIn = answer.status < 500 && !REFUSALS.includes(answer.code ?? '') && !isInvalid(answer.code)
        const wasRefused = isSeen
          ? answer.code === 'sidebar.read-only'
          : JSON.stringify(answer.refusal) === JSON.stringify(missing)
        if (isMine ? !wasLetIn : !wasRefused) leaks.push(what)
        for (const other of TARGETS) {
          const name = NAMES[other]
          if (name !== undefined && (other !== target || !isMine) && answer.text.includes(name))
            leaks.push(`${what} ${name}`)
        }
      }
    }
  }
  expect(leaks).toEqual([])
})

const isInvalid = (code: string | undefined): boolean => code?.startsWith('FST_ERR') === true

it.each([
  ['that sets no header of ours', {}],
  ['of another site', { ...OURS, origin: 'https://evil.example' }],
  ['of a site that is called alike', { ...OURS, origin: 'http://127.0.0.1.evil.example' }],
  ['that the browser knows to be another', { ...OURS, 'sec-fetch-site': 'cross-site' }],
  ['of a neighbour', { ...OURS, 'sec-fetch-site': 'same-site' }],
])('nothing is changed from a page %s, whoever is logged in there', async (_what, from) => {
  const changes = routes.filter(({ url, method }) => url.startsWith('/api/sidebar/') && method !== 'GET')
  expect(changes.length).toBeGreaterThanOrEqual(15)
  for (const route of changes) {
    for (const role of ['zhangsan', 'dianzhang'] as const) {
      const { status, code } = await ask(route, role, 'zhangsan', from)
      expect([route.method, route.url, status, code]).toEqual([route.method, route.url, 403, 'sidebar.foreign-origin'])
    }
  }
})

it('the same once WeCom has been asked', async () => {
  t.clock.advance(30_000)
  const [look] = ofCustomers().filter(({ method, scope }) => method === 'GET' && scope === 'customer')
  if (look === undefined) throw new Error('no route to look at a customer')
  for (const role of ROLES) {
    const { refusal: missing } = await ask(look, role, 'missing')
    expect(missing).toMatchObject({ code: 'sidebar.not-yours' })
    for (const target of TARGETS) {
      if (!LOOK[role].includes(target)) expect((await ask(look, role, target)).refusal).toEqual(missing)
    }
  }
})

it('what is refused leaves nothing behind', async () => {
  const traces = async () => [
    ...(await t.rawRows('SELECT COUNT(*) AS n FROM action')),
    ...(await t.rawRows('SELECT COUNT(*) AS n FROM timeline')),
    ...(await t.rawRows('SELECT COUNT(*) AS n FROM script_use')),
  ]
  const before = await traces()
  for (const route of ofCustomers().filter(({ method }) => method !== 'GET')) {
    for (const role of ROLES) {
      const may = mayAsk(route)
      for (const target of TARGETS) if (!may[role].includes(target)) await ask(route, role, target)
    }
  }
  expect(await traces()).toEqual(before)
})

it('what is no customer’s is open to whom it concerns', async () => {
  for (const route of routes.filter(({ url }) => url.startsWith('/api/sidebar/') && !url.includes('/customers/'))) {
    if (route.scope === 'anybody' || route.scope === 'group') continue
    for (const role of ROLES) {
      const isOpen =
        route.scope === 'audit'
          ? AUDIT.includes(role)
          : route.scope === 'library'
            ? role !== 'shenji'
            : route.scope === 'session'
      const { code, status } = await ask(route, role)
      expect([role, route.url, code === 'sidebar.no-role']).toEqual([role, route.url, !isOpen])
      expect([role, route.url, status < 500]).toEqual([role, route.url, true])
    }
  }
})

it('a group is open to who is in it, the lead of its owner and whoever sees all, and nobody else can tell that there is one', async () => {
  const ofGroups = routes.filter(({ scope }) => scope === 'group')
  expect(ofGroups.length).toBeGreaterThanOrEqual(1)
  expect(ofGroups.filter(({ url, method }) => !url.includes(':chatId') || method !== 'GET')).toEqual([])
  for (const route of ofGroups) {
    for (const role of ROLES) {
      const { status, refusal } = await ask(route, role)
      expect([role, status]).toEqual([role, GROUP.includes(role) ? 200 : 403])
      const missing = await ask({ ...route, url: route.url.replace(':chatId', 'wrNobodyHasThisId') }, role)
      expect(missing.refusal).toMatchObject({ code: 'sidebar.not-your-group' })
      if (!GROUP.includes(role)) expect(refusal).toEqual(missing.refusal)
    }
  }
})

it('a session of the sidebar opens nothing of WeCom’s, the shop’s or the host’s', async () => {
  const others = routes.filter(({ scope }) => scope === 'wecom' || scope === 'shop' || scope === 'host')
  expect(others.length).toBeGreaterThanOrEqual(6)
  for (const route of others) {
    for (const role of ROLES) {
      const { status, text } = await ask(route, role)
      expect([role, route.url, status >= 303 && status < 500]).toEqual([role, route.url, true])
      expect(text).not.toContain('标记')
    }
  }
})

it('without a session every route that asks for one says so, whoever’s customer it is', async () => {
  for (const route of routes.filter(({ scope }) => /^(session|library|customer|group|audit)/.test(scope))) {
    const { body } = (route.schema ?? {}) as { body?: JsonSchema }
    const response = await fetch(`${t.url}${pathOf(route, 'zhangsan')}`, {
      method: route.method,
      headers: { 'content-type': 'application/json', origin: t.url, ...OURS },
      ...(route.method === 'GET' ? {} : { body: JSON.stringify(body === undefined ? {} : sampleOf(body)) }),
    })
    expect([route.url, response.status]).toEqual([route.url, 401])
  }
})

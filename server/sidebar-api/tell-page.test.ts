import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLogger } from '../core/kernel/logger.ts'
import { createTellPage, type TellPageDeps } from './tell-page.ts'
import { openBrowser } from './testing/sidebar-browser.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'
import type { Told } from './told-page.ts'

/** What comes with the page: who is there, how it may speak with the client, and where a stranger logs in. */

let scene: SidebarScene
let distDir: string
beforeAll(async () => {
  distDir = join(mkdtempSync(join(tmpdir(), 'huoshui-dist-')), 'dist')
  mkdirSync(distDir)
  writeFileSync(join(distDir, 'index.html'), '<title>活水</title><!--told--><!--client-->')
  scene = await openSidebarScene({ distDir })
})
afterAll(async () => {
  await scene?.close()
  rmSync(join(distDir, '..'), { recursive: true, force: true })
})

type Browser = ReturnType<typeof openBrowser>

async function toldTo(browser: Browser, path = '/sidebar/'): Promise<Told> {
  const answer = await browser.go(`${scene.url}${path}`)
  const [, text = ''] = /huoshuiTold=(.*?)<\/script>/.exec(await answer.text()) ?? []
  return JSON.parse(text) as Told
}

test('a stranger is told where to log in, and comes back with that login in this browser', async () => {
  const browser = openBrowser(scene.url)
  const { answers, login = '' } = await toldTo(browser, '/sidebar/?guide=zhangsan')
  expect(Object.keys(answers)).toEqual(['boot'])
  expect(login).toContain(`${scene.sandbox.url}/connect/oauth2/authorize?`)
  const authorized = await browser.go(login)
  const back = await browser.go(authorized.headers.get('location') ?? '')
  expect(back.headers.get('location')).toBe('/sidebar/?guide=zhangsan')
  const { answers: known, login: again } = await toldTo(browser, '/sidebar/?guide=zhangsan')
  expect(again).toBeUndefined()
  expect(known.me).toEqual((await browser.get('me')).body)
})

test('who is logged in gets the signature of this very page, which the client takes', async () => {
  const browser = openBrowser(scene.url)
  await browser.login('zhangsan')
  const path = '/sidebar/?guide=zhangsan'
  // The first of all waits for WeCom's ticket no longer than a moment.
  await browser.get(`jssdk-signature?${new URLSearchParams({ kind: 'agent', url: scene.url })}`)
  const { answers } = await toldTo(browser, path)
  const url = `${scene.url}${path}`
  const signature = answers[`jssdk-signature?${new URLSearchParams({ kind: 'agent', url })}`] as Record<string, string>
  const { corpId, agentId } = scene.sandbox.credentials
  const claim = { kind: 'agent', corpId, agentId: String(agentId), url, ...signature } as Parameters<
    typeof scene.sandbox.checkJssdk
  >[0]
  expect(scene.sandbox.checkJssdk(claim)).toBeNull()
  expect(scene.sandbox.checkJssdk({ ...claim, url: `${url}&x=1` })).toContain('40093')
})

test('in the sandbox another guide at the desk is a stranger to this session', async () => {
  const browser = openBrowser(scene.url)
  await browser.login('zhangsan')
  const { answers, login } = await toldTo(browser, '/sidebar/?guide=lisi')
  expect(answers.me).toBeUndefined()
  expect(new URL(login ?? '').searchParams.get('sandbox_guide')).toBe('lisi')
})

test('who comes back from a refused login is not sent round', async () => {
  const { login } = await toldTo(openBrowser(scene.url), '/sidebar/?login=not-staff')
  expect(login).toBeUndefined()
})

test('an ended session is told as none', async () => {
  const browser = openBrowser(scene.url)
  await browser.login('zhangsan')
  expect((await toldTo(browser)).answers.me).toBeDefined()
  const { cookies } = browser
  const kept = new Map(cookies)
  await browser.post('logout', {})
  for (const [name, value] of kept) cookies.set(name, value)
  expect((await toldTo(browser)).answers.me).toBeUndefined()
})

test('a database that does not answer leaves the page to ask and say so itself', async () => {
  const app = Fastify()
  const lines: string[] = []
  const log = createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } })
  const tell = createTellPage({
    access: { personAt: () => Promise.reject(new Error('the database is away')) },
    boot: { corpId: 'ww1', agentId: 1, platform: 'wecom' },
    log,
    ...({} as Omit<TellPageDeps, 'access' | 'boot' | 'log'>), // nobody gets so far
  })
  app.get('/sidebar/', (request, reply) => tell(request, reply))
  const answer = await app.inject('/sidebar/')
  expect(answer.json()).toEqual({ answers: { boot: { corpId: 'ww1', agentId: 1, platform: 'wecom' } } })
  expect(lines.join()).toContain('the database is away')
  await app.close()
})

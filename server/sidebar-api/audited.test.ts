import { afterEach, expect, test } from 'vitest'
import { auditProgram } from '../cli/audit.ts'
import { whatText } from '../cli/audit-text.ts'
import { MINUTE_MS } from '../core/kernel/shanghai.ts'
import { auditQueries } from '../records/audit/audit-queries.ts'
import { runCommand } from '../testing/run-command.ts'
import { changeName } from './change-name.ts'
import { openTwoStores, type TwoStores } from './testing/two-stores.ts'

let t: TwoStores
afterEach(() => t.close())

/** Oldest first: `actor what customer detail`. */
async function audit(what = ''): Promise<string[]> {
  await t.huoshui.beat()
  await t.huoshui.drained()
  const rows = await t.db.view((tx) => auditQueries.list(tx, {}, 1_000))
  const named = new Map(Object.entries(t.customers).map(([name, id]) => [id, name]))
  return rows
    .reverse()
    .filter((row) => row.what.startsWith(what))
    .map((row) => `${row.actor} ${row.what} ${named.get(row.customer ?? '') ?? '-'} ${JSON.stringify(row.detail)}`)
}

test('who looked at whom is written once in ten minutes, in whose place, and what was refused', async () => {
  t = await openTwoStores()
  const [zhangsan, lead] = [await t.as('zhangsan'), await t.as('dianzhang')]
  const { zhangsan: id, lisi: other } = t.customers
  for (const path of ['', '/orders', '/timeline', '/version']) await zhangsan.get(`customers/${id}${path}`)
  await lead.get(`customers/${id}`)
  await lead.get(`customers/${other}`)
  await lead.get(`customers/${other}/orders`)
  const seen = [
    'zhangsan sidebar.seen zhangsan {}',
    'dianzhang sidebar.seen zhangsan {"inPlaceOf":"zhangsan"}',
    'dianzhang sidebar.refused - {"route":"/api/sidebar/customers/:externalUserId"}',
  ]
  expect(await audit('sidebar.seen')).toEqual(seen.slice(0, 2))
  expect(await audit('sidebar.refused')).toEqual(seen.slice(2))
  t.clock.advance(10 * MINUTE_MS)
  await zhangsan.get(`customers/${id}`)
  expect(await audit('sidebar.seen')).toEqual([...seen.slice(0, 2), 'zhangsan sidebar.seen zhangsan {}'])
})

test('each change says what was there before and what is there now, without phones', async () => {
  t = await openTwoStores()
  const [zhangsan, lead] = [await t.as('zhangsan'), await t.as('dianzhang')]
  const { zhangsan: id } = t.customers
  const of = `customers/${id}`
  await zhangsan.post(`${of}/remark`, { remark: '老客13812345678', saw: [''] })
  await t.settle()
  const { remark } = (await lead.get<{ remark: string }>(of)).body
  await lead.post(`${of}/remark`, { remark: '常客', saw: [remark] })
  await zhangsan.post(`${of}/birthday`, { birthday: '05-20', saw: null })
  await zhangsan.post(`${of}/birthday`, { birthday: null, saw: '05-20' })
  const task = { key: 'audited', externalUserId: id, userId: 'zhangsan', kind: 'sop', title: '问问火候' }
  await t.db.tx((tx) => t.huoshui.tasks.open(tx, { ...task, reason: { text: '试一试' } }))
  const [{ id: taskId = 0 } = {}] = await t.rawRows<{ id: number }>('SELECT id FROM guide_task ORDER BY id DESC')
  await zhangsan.post(`${of}/tasks/${taskId}/done`, { note: '五分熟' })
  await zhangsan.post(`${of}/sent`, { key: 'tap-000001' })
  await zhangsan.post(`customers/${t.customers.lisi}/remark`, { remark: '偷改', saw: [''] })
  const changes = (await audit('sidebar.')).filter((line) => !/seen|login|refused/.test(line))
  expect(changes).toEqual([
    'zhangsan sidebar.remark zhangsan {"before":{"remark":""},"after":{"remark":"老客138****5678"}}',
    'dianzhang sidebar.remark zhangsan {"inPlaceOf":"zhangsan","before":{"remark":"老客138****5678"},"after":{"remark":"常客"}}',
    'zhangsan sidebar.birthday zhangsan {"before":{"birthday":null},"after":{"birthday":"05-20"}}',
    'zhangsan sidebar.birthday zhangsan {"before":{"birthday":"05-20"},"after":{"birthday":null}}',
    `zhangsan sidebar.done zhangsan {"taskId":"${taskId}","before":{"task":"问问火候","state":"open"},"after":{"note":"五分熟"}}`,
    'zhangsan sidebar.sent zhangsan {"after":{"key":"tap-000001"}}',
  ])
})

test('each change has a name of its own, which the list of the audit says in Chinese', async () => {
  t = await openTwoStores()
  const names = t.huoshui.app.scopedRoutes
    .filter(({ method, url, scope }) => method === 'POST' && url.startsWith('/api/sidebar/') && scope !== 'anybody')
    .map(changeName)
  expect(names.length).toBeGreaterThan(15)
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  expect(names.filter((name) => name.includes(':') || whatText(name) === name)).toEqual([])
})

test('of scripts of one’s own and of notes it is written which one it was', async () => {
  t = await openTwoStores()
  const zhangsan = await t.as('zhangsan')
  await zhangsan.post('scripts/own', { title: '问火候', text: '几成熟？' })
  const [{ id: own = 0 } = {}] = await t.rawRows<{ id: number }>('SELECT id FROM own_script')
  await zhangsan.post(`scripts/own/own:${own}`, { title: '问熟度', text: '几成？' })
  await zhangsan.post(`scripts/own/own:${own}/remove`, {})
  const of = `customers/${t.customers.zhangsan}/notes`
  await zhangsan.post(of, { text: '爱吃厚切' })
  const [{ id: note = 0 } = {}] = await t.rawRows<{ id: number }>('SELECT id FROM customer_note')
  await zhangsan.post(`${of}/${note}/pin`, { isPinned: true })
  const before = (title: string, text: string) => JSON.stringify({ title, text, isTeam: false })
  expect((await audit('sidebar.')).filter((line) => /script-|pin/.test(line))).toEqual([
    'zhangsan sidebar.script-written - {"after":{"title":"问火候","text":"几成熟？"}}',
    `zhangsan sidebar.script-changed - {"scriptId":"own:${own}","before":${before('问火候', '几成熟？')},"after":{"title":"问熟度","text":"几成？"}}`,
    `zhangsan sidebar.script-removed - {"scriptId":"own:${own}","before":${before('问熟度', '几成？')},"after":{}}`,
    `zhangsan sidebar.pin zhangsan {"noteId":"${note}","after":{"isPinned":true}}`,
  ])
})

test('a change that fails leaves no row, and a login does', async () => {
  t = await openTwoStores()
  const zhangsan = await t.as('zhangsan')
  const { zhangsan: id } = t.customers
  expect((await zhangsan.post(`customers/${id}/tags`, { add: ['没有/这个'], remove: [] })).status).toBe(400)
  await zhangsan.post('logout', {})
  await zhangsan.post('logout', {})
  expect(await audit('sidebar.')).toEqual(['zhangsan sidebar.login - {}', 'zhangsan sidebar.logout - {}'])
})

test('the auditor reads it, page by page, and that is a row as well; guides and leads do not', async () => {
  t = await openTwoStores()
  const zhangsan = await t.as('zhangsan')
  await zhangsan.get(`customers/${t.customers.zhangsan}`)
  await t.huoshui.beat()
  await t.huoshui.drained()
  const auditor = await t.as('shenji')
  const { body } = await auditor.get<{ rows: { what: string; actor: string }[]; nextBefore: string | null }>('audit')
  expect(body.rows.map(({ actor, what }) => `${actor} ${what}`)).toEqual([
    'zhangsan sidebar.seen',
    'zhangsan sidebar.login',
  ])
  expect(body.nextBefore).toBeNull()
  expect(await audit('sidebar.audit')).toEqual(['shenji sidebar.audit - {}'])
  for (const role of ['zhangsan', 'dianzhang', 'yunying']) {
    expect([role, (await (await t.as(role)).get('audit')).status]).toEqual([role, 403])
  }
})

test('what a server has written is found whole by the command, with the settings of the server', async () => {
  t = await openTwoStores()
  const zhangsan = await t.as('zhangsan')
  await zhangsan.get(`customers/${t.customers.zhangsan}`)
  await t.huoshui.beat()
  await t.huoshui.drained()
  const env = { WECOM_SECRET: t.sandbox.credentials.secret }
  const { code, out } = await runCommand(auditProgram, ['verify'], { ...t, env })
  expect([code, out.split('\n')[0]]).toEqual([0, '完整：2 行（第 1 到 2 行）。'])
  const other = await runCommand(auditProgram, ['verify'], { ...t, env: { WECOM_SECRET: 'another-secret-of-the-app' } })
  expect(other.code).toBe(1)
  expect(other.out).toContain('第 1 行是用别的密钥封的')
})

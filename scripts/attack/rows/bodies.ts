import { createScore, type Row } from '../row.ts'
import { signedHeaders } from '../sign.ts'

const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

const ODD_BODIES: [string, string][] = [
  ['nothing', ''],
  ['null', 'null'],
  ['a number', '1'],
  ['a list', '[]'],
  ['an open brace', '{'],
  ['__proto__', '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}'],
  ['100,000 deep', deep(100_000)],
  ['100,000 keys', `{${Array.from({ length: 30_000 }, (_one, n) => `"k${n}":1`).join(',')}}`],
  ['a number without end', `{"totalFen":${'9'.repeat(100_000)}}`],
  ['1e999', '{"totalFen":1e999}'],
  ['half letters', '{"orderId":"\\ud800"}'],
  ['NUL', '{"orderId":"a\\u0000b"}'],
  ['a long text', `{"orderId":"${'x'.repeat(400_000)}"}`],
  ['600 KB', `{"orderId":"${'x'.repeat(600_000)}"}`],
  ['the same key twice', '{"orderId":"a","orderId":"b"}'],
]

/** Bodies that are not what is asked for: to the sidebar, and signed to the shop's routes. */
export const oddBodies: Row = {
  name: 'odd bodies',
  says: 'odd JSON to the sidebar and, signed, to the shop’s routes',
  run: async (target) => {
    const score = createScore()
    const id = await target.customerOf('zhangsan')
    const cookie = `huoshui_session=${(await target.as('zhangsan')).cookies.get('huoshui_session')}`
    const own = { cookie, origin: target.url, 'x-huoshui-sidebar': '1', 'content-type': 'application/json' }
    let slowestMs = 0
    const post = async (path: string, what: string, headers: Record<string, string>, body: string): Promise<void> => {
      const startedAt = performance.now()
      const { status } = await target.ask(path, { method: 'POST', headers, body })
      slowestMs = Math.max(slowestMs, performance.now() - startedAt)
      score.note(`${what} to ${path.replace(id, '<id>')} answers ${status}`, status >= 400 && status < 500)
    }
    for (const [what, body] of ODD_BODIES) {
      for (const change of ['tags', 'remark', 'birthday', 'sent'])
        await post(`/api/sidebar/customers/${id}/${change}`, what, own, body)
      for (const path of [
        '/api/orders',
        '/api/profiles',
        '/api/surveys',
        '/api/consents',
        '/api/tags',
        '/api/visits',
      ]) {
        await post(path, what, signedHeaders(target, path, body), body)
      }
    }
    await post(`/api/sidebar/customers/${id}/remark`, 'claimed gzip', { ...own, 'content-encoding': 'gzip' }, 'x')
    return score.outcome([`slowest answer ${slowestMs.toFixed(0)} ms`])
  },
}

const WINDOW_SEC = 300

/** Orders, profiles, surveys, refusals, tags and visits of whom does not have the key, or has it for something else. */
export const signatures: Row = {
  name: 'signatures',
  says: 'orders, profiles, surveys, consents, tags, visits: signatures, paths, windows, values',
  run: async (target) => {
    const score = createScore()
    const paths = ['/api/orders', '/api/profiles', '/api/surveys', '/api/consents', '/api/tags', '/api/visits']
    const body = JSON.stringify({ customer: { phone: '13800001111' }, birthday: '05-20' })
    const status = async (path: string, headers: Record<string, string>, sent = body) =>
      (await target.ask(path, { method: 'POST', headers, body: sent })).status
    for (const path of paths) {
      const good = signedHeaders(target, path, body)
      const signature = good['x-huoshui-signature'] ?? ''
      const timestamp = good['x-huoshui-timestamp'] ?? ''
      const bad: [string, Record<string, string>, string?][] = [
        ['none', {}],
        ['no timestamp', { 'x-huoshui-signature': signature }],
        ['no signature', { 'x-huoshui-timestamp': timestamp }],
        ['empty', { ...good, 'x-huoshui-signature': '' }],
        ['no value', { ...good, 'x-huoshui-signature': 'v2=' }],
        ['cut', { ...good, 'x-huoshui-signature': signature.slice(0, -1) }],
        ['longer', { ...good, 'x-huoshui-signature': `${signature}0` }],
        ['another digit', { ...good, 'x-huoshui-signature': signature.replace(/.$/, (d) => (d === '0' ? '1' : '0')) }],
        ['another form', { ...good, 'x-huoshui-signature': signature.replace('v2', 'v3') }],
        ['the old form’s name', { ...good, 'x-huoshui-signature': signature.replace('v2', 'sha256') }],
        ['another time', { ...good, 'x-huoshui-timestamp': String(Number(timestamp) + 1) }],
        ['a time with a point', { ...good, 'x-huoshui-timestamp': `${timestamp}.0` }],
        ['a time as 1e9', { ...good, 'x-huoshui-timestamp': '1e9' }],
        ['another body', good, `${body} `],
        ['another key', signedHeaders(target, path, body, { secret: 'not-the-shared-secret' })],
        ['no key', signedHeaders(target, path, body, { secret: '' })],
        ['too old', signedHeaders(target, path, body, { offSec: -WINDOW_SEC - 5 })],
        ['too new', signedHeaders(target, path, body, { offSec: WINDOW_SEC + 5 })],
        ['another method', signedHeaders(target, path, body, { method: 'PUT' })],
        ...paths
          .filter((other) => other !== path)
          .map((other): [string, Record<string, string>] => [`for ${other}`, signedHeaders(target, other, body)]),
      ]
      for (const [what, headers, sent] of bad) {
        const got = await status(path, headers, sent)
        score.note(`${path}, ${what}: ${got}`, got === 401)
      }
    }
    const got = await status('/api/profiles', signedHeaders(target, '/api/profiles', body))
    score.note(`the real one answers ${got}`, got === 200)
    return score.outcome()
  },
}

/** Equal posts at the same moment. */
export const atOnce: Row = {
  name: 'at once',
  says: 'the same order ×10, ×20, ×50 at once: each is taken, one is kept',
  run: async (target) => {
    const score = createScore()
    for (const times of [10, 20, 50]) {
      const body = JSON.stringify({
        orderId: `AT-ONCE-${times}`,
        status: 'paid',
        customer: { phone: '13800001111' },
        totalFen: 100,
        paidAt: new Date().toISOString(),
        items: [{ name: '茶', quantity: 1, priceFen: 100 }],
        source: 'attack',
      })
      const headers = signedHeaders(target, '/api/orders', body)
      const answers = await Promise.all(
        Array.from({ length: times }, () => target.ask('/api/orders', { method: 'POST', headers, body })),
      )
      for (const { status } of answers) score.note(`one of ${times} answers ${status}`, status === 200)
      score.note(
        `${times} at once are not one order`,
        (await target.count(`shop_order WHERE order_id = 'AT-ONCE-${times}'`)) === 1,
      )
    }
    return score.outcome()
  },
}

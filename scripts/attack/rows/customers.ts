import { createScore, type Row } from '../row.ts'

const GETS = ['', '/version', '/journeys', '/proposals', '/tasks', '/orders', '/timeline']
const POSTS: [string, unknown][] = [
  ['/tags', { add: ['生命周期/新客'], remove: [] }],
  ['/remark', { remark: '改', saw: [''] }],
  ['/birthday', { birthday: '05-20', saw: null }],
  ['/sent', { key: 'abcdefgh', scriptId: 'join-paid' }],
  ['/tasks/1/done', {}],
]

/** Another guide's customer by every route: as if there were none. */
export const swappedIds: Row = {
  name: 'swapped ids',
  says: "another guide's customer × every customer route",
  run: async (target, extent) => {
    const score = createScore()
    const guides = ['zhangsan', 'lisi']
    const owned = new Map<string, string[]>()
    for (const guide of guides) {
      const ids: string[] = []
      for (let n = 0; n < (extent === 'short' ? 2 : 20); n++) ids.push(await target.customerOf(guide))
      owned.set(guide, ids)
    }
    for (const guide of guides) {
      const browser = await target.as(guide)
      for (const own of owned.get(guide) ?? []) {
        if ((await browser.get(`customers/${own}`)).status !== 200)
          score.note(`${guide} does not see an own one`, false)
      }
      const strangers = guides.flatMap((other) => (other === guide ? [] : (owned.get(other) ?? [])))
      const missing = (await browser.get('customers/wmNobody')).body
      for (const id of strangers) {
        for (const rest of GETS) {
          const { status, body } = await browser.get(`customers/${id}${rest}`)
          const isAlike = JSON.stringify(withoutId(body)) === JSON.stringify(withoutId(missing))
          score.note(`GET ${rest} answers ${status} for a stranger's customer`, status === 403 && isAlike)
        }
        for (const [rest, content] of POSTS) {
          const { status } = await browser.post(`customers/${id}${rest}`, content)
          score.note(`POST ${rest} answers ${status} for a stranger's customer`, status === 403)
        }
      }
    }
    return score.outcome()
  },
}

const withoutId = (body: unknown): unknown => ({ ...(body as object), requestId: '' })

const ODD = [
  '%00',
  '%0A',
  '%20',
  '%09',
  '%C2%A0',
  '%E2%80%8B',
  '%25',
  '%27',
  '%22',
  '%5C',
  '%2F',
  '%2e%2e',
  '*',
  '%25%5F',
  ';',
  '%EF%BC%81',
]

/** Ids that are nearly one, or none at all: never an answer, never a fault of ours. */
export const oddIds: Row = {
  name: 'odd ids',
  says: 'ids with blanks, marks, signs of SQL and paths × routes',
  run: async (target) => {
    const score = createScore()
    const id = await target.customerOf('zhangsan')
    const browser = await target.as('zhangsan')
    const names = [
      ...ODD.flatMap((sign) => [`${id}${sign}`, `${sign}${id}`]),
      id.toUpperCase(),
      `${id}${id}`,
      id.slice(0, -1),
      'x'.repeat(190),
      '__proto__',
      'constructor',
      "'%20OR%20'1'='1",
    ]
    for (const name of names) {
      for (const rest of GETS) {
        const { status } = await browser.go(`${target.url}/api/sidebar/customers/${name}${rest}`)
        score.note(`${name.replace(id, '<id>')}${rest} answers ${status}`, status >= 400 && status < 500)
      }
    }
    return score.outcome()
  },
}

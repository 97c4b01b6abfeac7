import { createScore, type Row } from '../row.ts'

const PATHS = [
  '/',
  '/healthz',
  '/readyz',
  '/metrics',
  '/doctor',
  '/doctor/',
  '/doctor/style.css',
  '/sidebar',
  '/sidebar/',
  '/sidebar/assets/x.js',
  '/wecom/callback',
  '/api/orders',
  '/api/profiles',
  '/api/surveys',
  '/api/consents',
  '/api/tags',
  '/api/visits',
  '/api/sidebar/me',
  '/api/sidebar/boot',
  '/WW_verify_x.txt',
]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'SEARCH', 'PROPFIND', 'LOCK', 'REPORT']

/** Every path by every method. */
export const methods: Row = {
  name: 'methods',
  says: '20 paths × 11 methods: no fault of ours, nothing for other sites',
  run: async (target) => {
    const score = createScore()
    for (const path of PATHS) {
      for (const method of METHODS) {
        const { status, headers } = await target.ask(path, { method, headers: { origin: 'https://evil.example' } })
        // Without a built page the sidebar says 503 on purpose.
        const isOurs = status >= 500 && !(status === 503 && path.startsWith('/sidebar'))
        const isForOthers = headers.get('access-control-allow-origin') !== null
        score.note(
          `${method} ${path} answers ${status}${isForOthers ? ' with CORS' : ''}`,
          status !== 0 && !isOurs && !isForOthers,
        )
      }
    }
    return score.outcome()
  },
}

const UP = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..%5c', '..\\', '....//', '%252e%252e%252f', '..%c0%af', '..;/']

/** Out of the folder of the page's files. */
export const traversal: Row = {
  name: 'traversal',
  says: 'paths that lead out of static files and of the proof of the domain',
  run: async (target) => {
    const score = createScore()
    const paths = [
      ...UP.flatMap((up) => [`/sidebar/${up.repeat(8)}etc/passwd`, `/sidebar/assets/${up.repeat(8)}etc/passwd`]),
      ...UP.map((up) => `/${up}package.json`),
      ...UP.map((up) => `/WW_verify_${up}tags.yaml`),
      '/sidebar/assets//etc/passwd',
      '/sidebar/assets/%00',
      '/WW_verify_a.txt/../tags.yaml',
      '/tags.yaml',
      '/.env',
      '/.git/config',
    ]
    for (const path of paths) {
      // Written as it is: fetch would tidy it up.
      const { answer } = await target.send(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, 5_000)
      const gives = /root:.*:0:0:|"dependencies"|^tags:/m.test(answer)
      score.note(`${path} gives a file`, !gives && !/^HTTP\/1.1 500/.test(answer))
    }
    return score.outcome()
  },
}

const ORDERS = 'POST /api/orders HTTP/1.1\r\nHost: a\r\n'
/** What a server of the same make behind a careless proxy would take for a second request. */
const SECOND = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'

/** Requests that two programs read in two ways. */
export const framing: Row = {
  name: 'framing',
  says: 'smuggling, header and framing tricks on raw sockets',
  run: async (target) => {
    const score = createScore()
    const size = SECOND.length
    const tricks: [string, string][] = [
      [
        'length and chunks',
        `${ORDERS}Content-Length: ${size + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SECOND}`,
      ],
      ['chunks and length', `${ORDERS}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${SECOND}`],
      ['two lengths', `${ORDERS}Content-Length: 0\r\nContent-Length: ${size}\r\n\r\n${SECOND}`],
      ['a list of lengths', `${ORDERS}Content-Length: 0, ${size}\r\n\r\n${SECOND}`],
      ['a length with a sign', `${ORDERS}Content-Length: +0\r\n\r\n${SECOND}`],
      ['a negative length', `${ORDERS}Content-Length: -1\r\n\r\n${SECOND}`],
      ['a length in hex', `${ORDERS}Content-Length: 0x0\r\n\r\n${SECOND}`],
      ['chunked, misspelt', `${ORDERS}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SECOND}`],
      ['chunked, twice', `${ORDERS}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n${SECOND}`],
      ['chunked, behind a tab', `${ORDERS}Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${SECOND}`],
      ['a blank before the colon', `${ORDERS}Content-Length : 0\r\n\r\n${SECOND}`],
      ['a header on two lines', `${ORDERS}X: a\r\n Content-Length: 0\r\n\r\n${SECOND}`],
      ['bare line feeds', `POST /api/orders HTTP/1.1\nHost: a\nContent-Length: 0\n\n${SECOND}`],
      ['a bare return', `${ORDERS}X: a\rContent-Length: 0\r\n\r\n${SECOND}`],
      ['a NUL in a header', `${ORDERS}X: a\0b\r\nContent-Length: 0\r\n\r\n${SECOND}`],
      ['a chunk size that overflows', `${ORDERS}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n${SECOND}`],
      ['a chunk size with a sign', `${ORDERS}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${SECOND}`],
    ]
    for (const [what, bytes] of tricks) {
      const { answer } = await target.send(bytes, 1_500)
      // The first is refused or unsigned; the second must not be answered as one of its own.
      score.note(
        `${what}: a second request was answered`,
        !/"status":"up"/.test(answer) && !/HTTP\/1.1 500/.test(answer),
      )
    }
    const whole: [string, string, RegExp][] = [
      ['two Host lines', 'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 400/],
      ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 400/],
      ['HTTP/0.9', 'GET /healthz\r\n\r\n', /^HTTP\/1.1 (400|505)/],
      ['HTTP/9.9', 'GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n', /^HTTP\/1.1 (400|505)/],
      ['a head of 20 KB', `GET /healthz HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1.1 431/],
      [
        'five thousand headers',
        `GET /healthz HTTP/1.1\r\nHost: a\r\n${'X-Long: yyyyyyyy\r\n'.repeat(5_000)}\r\n`,
        /^HTTP\/1.1 431/,
      ],
      ['a method that is none', 'EVIL /healthz HTTP/1.1\r\nHost: a\r\n\r\n', /^HTTP\/1.1 400/],
      ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1.1 400|^$/],
      ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1.1 (400|505)|^$/],
    ]
    for (const [what, bytes, expected] of whole) {
      const { answer } = await target.send(bytes, 1_500)
      score.note(`${what}: ${answer.split('\r\n')[0]}`, expected.test(answer))
    }
    score.note('the server is not well afterwards', await target.isWell())
    return score.outcome()
  },
}

/** Nobody is cut off later than this, whatever they send. */
const CUT_WITHIN_MS = 18_000

/** Connections on which next to nothing comes. */
export const slowClients: Row = {
  name: 'slow clients',
  says: 'silent, half a head, half a body, one byte: cut off, and nobody else waits',
  run: async (target, extent) => {
    const score = createScore()
    const head = `${ORDERS}Content-Length: 1000\r\n`
    const each = extent === 'short' ? 25 : 300
    const slow = ['', 'G', head, `${head}\r\n{`].flatMap((bytes) =>
      Array.from({ length: each }, () => target.send(bytes, CUT_WITHIN_MS + 2_000)),
    )
    let slowestMs = 0
    for (let n = 0; n < 50; n++) {
      const startedAt = performance.now()
      const { status } = await target.ask('/healthz')
      slowestMs = Math.max(slowestMs, performance.now() - startedAt)
      score.note(`others get ${status}`, status === 200)
    }
    const times = await Promise.all(slow)
    for (const { closedAfterMs } of times) {
      score.note(
        `still open after ${CUT_WITHIN_MS / 1_000} s`,
        closedAfterMs !== undefined && closedAfterMs <= CUT_WITHIN_MS,
      )
    }
    const last = Math.max(...times.map(({ closedAfterMs }) => closedAfterMs ?? Number.POSITIVE_INFINITY))
    return score.outcome([
      `${slow.length} at once, the last cut off after ${(last / 1_000).toFixed(1)} s; others waited ${slowestMs.toFixed(0)} ms at most`,
    ])
  },
}

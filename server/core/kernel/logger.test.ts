import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'

const SECRET = 'PLANTED-13812345678'

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = []
  write(createLogger({ level: 'trace', destination: { write: (line) => lines.push(line) } }))
  expect(lines).toHaveLength(1)
  return lines.join('')
}

test.each([
  'access_token',
  'corpsecret',
  'secret',
  'password',
  'phone',
  'mobile',
  'text',
  'content',
  'cookie',
  'authorization',
])('%s is blotted out, one level down as well', (name) => {
  expect(logged((log) => log.info({ [name]: SECRET, id: 7 }, 'x'))).toMatch(/"\*\*\*".*"id":7/)
  const nested = logged((log) => log.info({ order: { [name]: SECRET, id: 7 } }, 'x'))
  expect(nested).not.toContain(SECRET)
  expect(nested).toContain('"id":7')
})

test('an HTTP client’s error takes no request, address or token into the log', () => {
  const error = Object.assign(new Error('Request failed'), {
    config: { url: `/cgi-bin/user/get?access_token=${SECRET}`, headers: { authorization: SECRET } },
    request: { path: SECRET },
    response: { data: SECRET },
  })
  const line = logged((log) => log.error({ err: error }, 'failed'))
  expect(line).toContain('Request failed')
  expect(line).not.toContain(SECRET)
})

test('a request taken into a line by a library shows neither its address nor its headers', () => {
  const line = logged((log) => log.info({ req: { method: 'GET', url: `/x?code=${SECRET}`, headers: { a: SECRET } } }))
  expect(line).toContain('GET')
  expect(line).not.toContain(SECRET)
})

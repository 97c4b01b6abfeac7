import { expect, it } from 'vitest'
import { createMysqlHosts, urlsOfHosts } from './mysql-hosts.ts'

it.each<[string, string[]]>([
  ['mysql://root@one/db', ['mysql://root@one/db']],
  [
    'mysql://u:p@one:3307,two/db?ssl=verify-ca',
    ['mysql://u:p@one:3307/db?ssl=verify-ca', 'mysql://u:p@two/db?ssl=verify-ca'],
  ],
  ['mysql://u:a,b@one,two/db', ['mysql://u:a,b@one/db', 'mysql://u:a,b@two/db']],
  ['mysql://u@[::1]:3306,[::2]/db', ['mysql://u@[::1]:3306/db', 'mysql://u@[::2]/db']],
  ['mysql://one,two', ['mysql://one', 'mysql://two']],
])('%s', (databaseUrl, urls) => {
  expect(urlsOfHosts(databaseUrl)).toEqual(urls)
})

it.each(['mysql://', 'mysql://u:secret@/db', 'mysql://u:secret@one,/db', 'mysql://u:secret@one:x,two/db'])(
  'refuses %s without quoting it',
  (databaseUrl) => {
    expect(() => urlsOfHosts(databaseUrl)).toThrow(
      expect.objectContaining({ code: 'db.bad-url', message: expect.not.stringContaining('secret') }),
    )
  },
)

it('goes on to the next host once for each time somebody found one wanting, and round', () => {
  const hosts = createMysqlHosts('mysql://root@one:3307,two/db')
  const settings = { host: 'before', port: 0 }
  hosts.lead(settings)
  expect({ ...settings, url: hosts.url() }).toEqual({ host: 'one', port: 3307, url: 'mysql://root@one:3307/db' })
  const seen = hosts.generation()
  hosts.leave(seen)
  hosts.leave(seen)
  expect({ ...settings, url: hosts.url() }).toEqual({ host: 'two', port: 3306, url: 'mysql://root@two/db' })
  hosts.leave(hosts.generation())
  expect(settings.host).toBe('one')
})

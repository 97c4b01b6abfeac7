import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PrivateMariadb, startPrivateMariadb } from '../../../bench/private-mariadb.ts'
import { databaseTls } from './database-tls.ts'
import { createDb } from './db.ts'
import { raw } from './sql.ts'

const folder = mkdtempSync(join(tmpdir(), 'huoshui-tls-'))
const file = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

describe('what is written behind the question mark', () => {
  beforeAll(() => {
    writeFileSync(file('fake.pem'), '-----BEGIN CERTIFICATE-----\n')
    writeFileSync(file('none.pem'), 'no certificate')
  })
  const tls = (rest: string) => databaseTls(`mysql://huoshui:PLANTED@db.example.com:3306/huoshui${rest}`)

  it('is verified to the host by default', () => {
    expect(tls('')).toBeUndefined()
    const strict = { rejectUnauthorized: true, verifyIdentity: true, minVersion: 'TLSv1.2' }
    expect(tls('?ssl=verify-identity')).toEqual(strict)
    expect(tls(`?ca=${file('fake.pem')}`)).toEqual({ ...strict, ca: expect.any(Buffer) })
    expect(tls(`?ssl=verify-ca&ca=${file('fake.pem')}`)).toMatchObject({
      verifyIdentity: false,
      rejectUnauthorized: true,
    })
  })

  it.each([
    ['?ssl=true', 'takes ssl=verify-identity or ssl=verify-ca'],
    ['?ssl=off', 'takes ssl='],
    ['?ssl=', 'takes ssl='],
    ['?sslmode=verify-full', 'knows ?ssl=, &ca= and &standby= only'],
    ['?ca=/nowhere.pem', 'names a file in ca= that cannot be read'],
    [`?ca=${file('none.pem')}`, 'holds no certificate'],
  ])('%s is refused: nobody shall think that the way is closed', (rest, why) => {
    expect(() => tls(rest)).toThrow(why)
    expect(() => tls(rest)).toThrow(
      expect.objectContaining({ code: 'db.bad-url', message: expect.not.stringContaining('PLANTED') }),
    )
  })

  it('no name can be verified of an IP', () => {
    expect(() => databaseTls('mysql://u:p@10.0.0.1/db?ssl=verify-identity')).toThrow('in place of an IP')
    expect(databaseTls('mysql://u:p@10.0.0.1/db?ssl=verify-ca')).toMatchObject({ verifyIdentity: false })
  })
})

describe.runIf(process.env.TEST_MYSQL_URL)('a MariaDB with a certificate of an authority of our own', () => {
  let server: PrivateMariadb

  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' })
  const key = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`]

  const authority = (name: string) =>
    openssl('req', '-x509', ...key(name), '-out', `${name}.pem`, '-days', '2', '-subj', `/CN=${name}`)

  /** By the authority `ours`, for this host. */
  function certify(name: string, host: string): void {
    openssl('req', ...key(name), '-out', `${name}.csr`, '-subj', `/CN=${host}`)
    writeFileSync(file('names'), `subjectAltName=DNS:${host}\n`)
    const by = ['-CA', 'ours.pem', '-CAkey', 'ours.key', '-CAcreateserial', '-days', '2', '-extfile', 'names']
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...by)
    // The database runs as an account of its own.
    for (const one of ['ours.pem', `${name}.pem`, `${name}.key`]) chmodSync(file(one), 0o644)
  }

  beforeAll(async () => {
    chmodSync(folder, 0o755)
    authority('ours')
    authority('another')
    certify('server', 'localhost')
    server = await startPrivateMariadb({
      options: [`--ssl-ca=${file('ours.pem')}`, `--ssl-cert=${file('server.pem')}`, `--ssl-key=${file('server.key')}`],
    })
  })
  afterAll(() => server?.close())

  async function cipher(host: string, rest: string): Promise<string> {
    const url = new URL(server.url)
    url.hostname = host
    const db = createDb(`${url.href}/mysql${rest}`, [])
    try {
      const row = await db.tx((tx) => tx.row(raw("SHOW SESSION STATUS LIKE 'Ssl_cipher'")))
      return String((row as { Value?: unknown } | undefined)?.Value)
    } finally {
      await db.close()
    }
  }

  it('is talked to in secret, and not at all when it may be another', async () => {
    expect(await cipher('localhost', '')).toBe('')
    expect(await cipher('localhost', `?ca=${file('ours.pem')}`)).toMatch(/^TLS_|AES|CHACHA/)
    expect(await cipher('127.0.0.1', `?ssl=verify-ca&ca=${file('ours.pem')}`)).toMatch(/^TLS_|AES|CHACHA/)
    await expect(cipher('localhost', `?ca=${file('another.pem')}`)).rejects.toThrow(/certificate|verify/i)
    await expect(cipher('localhost', '?ssl=verify-ca')).rejects.toThrow(/certificate|verify/i)
  })

  it('whose certificate is for another name is talked to by verify-ca alone', async () => {
    certify('server', 'db.example.com')
    const db = createDb(`${server.url}/mysql`, [])
    await db.statement((tx) => tx.run(raw('FLUSH SSL')))
    await db.close()
    await expect(cipher('localhost', `?ca=${file('ours.pem')}`)).rejects.toThrow(/altnames|Hostname/i)
    expect(await cipher('localhost', `?ssl=verify-ca&ca=${file('ours.pem')}`)).toMatch(/^TLS_|AES|CHACHA/)
  })
})

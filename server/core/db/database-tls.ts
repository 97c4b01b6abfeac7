import { readFileSync } from 'node:fs'
import { AppError } from '../kernel/app-error.ts'

/** What the driver is told. */
export interface DatabaseTls {
  ca?: Buffer
  rejectUnauthorized: true
  verifyIdentity: boolean
  minVersion: 'TLSv1.2'
}

/** No name ends in a figure or stands in brackets. */
const IP = /^\[|\.\d+$/
/** `standby`: standby-url.ts. */
const KNOWN = ['ssl', 'ca', 'standby']
const WAYS = ['verify-identity', 'verify-ca']

/** How the way to a MySQL server is closed: `?ssl=verify-identity` (its certificate is by somebody whom we trust, and for the
 *  host that the URL names), `?ssl=verify-ca` (the first alone), `&ca=<file>` (whom we trust; else what Node trusts; alone it
 *  means verify-identity). Undefined: not at all. Throws db.bad-url for anything else behind the question mark: nobody shall
 *  think that it is closed. */
export function databaseTls(databaseUrl: string): DatabaseTls | undefined {
  const { searchParams, hostname } = new URL(databaseUrl)
  const strange = [...searchParams.keys()].find((key) => !KNOWN.includes(key))
  if (strange !== undefined) throw badUrl('knows ?ssl=, &ca= and &standby= only', '问号后面只认 ssl、ca 和 standby')
  const ca = searchParams.get('ca')
  const way = searchParams.get('ssl') ?? (ca === null ? undefined : 'verify-identity')
  if (way === undefined) return undefined
  if (!WAYS.includes(way)) throw badUrl(`takes ssl=${WAYS.join(' or ssl=')}`, `ssl 要写 ${WAYS.join(' 或 ')}`)
  const verifyIdentity = way === 'verify-identity'
  if (verifyIdentity && IP.test(hostname)) {
    throw badUrl(
      'with ssl=verify-identity needs the host name of the certificate in place of an IP; or ssl=verify-ca',
      '用 ssl=verify-identity 时要写证书上的主机名，不能写 IP；或者写 ssl=verify-ca',
    )
  }
  return {
    rejectUnauthorized: true,
    verifyIdentity,
    minVersion: 'TLSv1.2',
    ...(ca === null ? {} : { ca: read(ca) }),
  }
}

function read(file: string): Buffer {
  try {
    const bytes = readFileSync(file)
    if (bytes.includes('-----BEGIN CERTIFICATE-----')) return bytes
  } catch {
    throw badUrl('names a file in ca= that cannot be read', 'ca 写的文件读不了')
  }
  throw badUrl('names a file in ca= that holds no certificate', 'ca 写的文件里没有证书')
}

/** Never quotes the URL: it may hold a password. */
const badUrl = (text: string, zh: string): AppError =>
  new AppError('db.bad-url', `DATABASE_URL ${text}`, { zh: `DATABASE_URL ${zh}` })

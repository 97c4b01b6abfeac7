import { AppError } from '../kernel/app-error.ts'

export interface MysqlHost {
  host: string
  port: number
}

/** One URL for each host of `mysql://user:pass@one:3306,two:3306/db?…`, in that order. Throws db.bad-url without quoting it:
 *  it may hold a password. */
export function urlsOfHosts(databaseUrl: string): string[] {
  const [, user = '', hosts = '', rest = ''] = /^mysql:\/\/([^/?#]*@)?([^/?#]*)(.*)$/s.exec(databaseUrl) ?? []
  const urls = hosts.split(',').map((host) => `mysql://${user}${host}${rest}`)
  if (hosts === '' || hosts.split(',').includes('') || !urls.every((url) => URL.canParse(url))) {
    throw new AppError('db.bad-url', 'DATABASE_URL must start with sqlite: or be a mysql:// URL')
  }
  return urls
}

/** The hosts of which one takes writes, and which of them it is taken to be. Nobody is asked here. */
export function createMysqlHosts(databaseUrl: string) {
  const urls = urlsOfHosts(databaseUrl)
  const hosts = urls.map((url): MysqlHost => {
    const { hostname, port } = new URL(url)
    return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 3306 : Number(port) }
  })
  let current = 0
  /** Connections from before are not to be trusted. */
  let generation = 0
  const currentHost = (): MysqlHost => hosts[current] ?? { host: '', port: 0 }
  return {
    count: hosts.length,
    generation: () => generation,
    current: currentHost,
    /** DATABASE_URL as if it named the current one alone. */
    url: () => urls[current] ?? '',
    /** The next one is tried, unless somebody else has said so since `seen`. */
    leave: (seen: number): void => {
      if (seen !== generation) return
      generation++
      current = (current + 1) % hosts.length
    },
    /** From now on a pool connects to the current host. `settings`: what the driver makes each connection from. */
    lead: (settings: MysqlHost): void => {
      Object.defineProperties(settings, {
        host: { get: () => currentHost().host, enumerable: true, configurable: true },
        port: { get: () => currentHost().port, enumerable: true, configurable: true },
      })
    },
  }
}
export type MysqlHosts = ReturnType<typeof createMysqlHosts>

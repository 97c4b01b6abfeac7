/** The standby that `&standby=host:port` behind the DATABASE_URL names, as a URL of its own: same account, same database, same
 *  way. Undefined: none is named. */
export function standbyUrlOf(databaseUrl: string): string | undefined {
  if (!databaseUrl.startsWith('mysql://')) return undefined
  const url = new URL(databaseUrl)
  const standby = url.searchParams.get('standby')
  if (standby === null) return undefined
  url.searchParams.delete('standby')
  url.port = ''
  url.host = standby
  return url.href
}

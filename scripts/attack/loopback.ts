/** Whatever is attacked stands on this machine: no argument and no redirect leads anywhere else. */
export function mustBeLoopback(url: string): URL {
  const parsed = new URL(url)
  if (parsed.protocol === 'http:' && parsed.hostname === '127.0.0.1') return parsed
  throw new Error(`${parsed.host} is not this machine, and is left alone`)
}

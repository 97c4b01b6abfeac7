import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { AppError } from '../../core/kernel/app-error.ts'

/** This machine, the inner network, the cloud's own addresses and all else that no stranger's server has (RFC 6890). */
const inner = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  inner.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  // Addresses of the old kind in the new one's spelling, whatever it is called: compatible, translated, NAT64, 6to4, Teredo. A mapped
  // one is looked up among those above.
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['2001::', 32],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fec0::', 10],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inner.addSubnet(net, bits, 'ipv6')

/** `::ffff:10.0.0.1` is 10.0.0.1. */
const isInner = (address: string): boolean => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return inner.check(mapped, 'ipv4')
  return inner.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

export const innerAddressRefused = (): AppError =>
  new AppError('webhook.inner-address', 'the address is not on the public network', {
    zh: '网址指向内网地址，没有发送。确实要发到内网时，设置 WEBHOOK_PRIVATE=yes 并重启',
  })

/** Throws webhook.inner-address for an address written as a number; names are looked at when they are resolved. */
export function refuseInnerAddress(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && isInner(host)) throw innerAddressRefused()
}

/** A resolver that gives public addresses only. Looked at here, and not before the call, a name cannot change in between. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, [])
    const good = addresses.filter(({ address }) => !isInner(address))
    const [first] = good
    if (first === undefined) return callback(innerAddressRefused(), [])
    if (options.all === true) return callback(null, good)
    callback(null, first.address, first.family)
  })
}

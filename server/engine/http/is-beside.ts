import { BlockList, isIP } from 'node:net'

const beside = new BlockList()
for (const [net, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const)
  beside.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  beside.addSubnet(net, bits, 'ipv6')

/** An address of this machine or of the network that it stands in, where a reverse proxy is. */
export function isBeside(address: string): boolean {
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
  const kind = isIP(plain)
  return kind !== 0 && beside.check(plain, kind === 6 ? 'ipv6' : 'ipv4')
}

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPostDelivery } from '../../../server/operations/events-out/post-delivery.ts'
import { createScore, type Row } from '../row.ts'

/** 127.0.0.1, 10.0.0.1 and the cloud's own address, in all spellings. */
const HOSTS = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'a.localhost',
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '017700000001',
  '0177.0.0.1',
  '127.0.0.1.',
  '１２７.0.0.1',
  '127。0。0。1',
  '0.0.0.0',
  '0',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '100.64.0.1',
  '169.254.169.254',
  '2852039166',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::127.0.0.1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b::10.0.0.1]',
  '[64:ff9b:1::1]',
  '[2002:7f00:1::]',
  '[2002:a00:1::]',
  '[2001::1]',
  '[fc00::1]',
  '[fd00::1]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[100::1]',
  '[2001:db8::1]',
  '[::a00:1]',
]

/** Where events may be sent: nowhere inside. */
export const innerAddresses: Row = {
  name: 'inner addresses',
  says: 'spellings of inner addresses for a webhook',
  run: async () => {
    const score = createScore()
    let asked = 0
    const inner = createServer((_request, response) => {
      asked += 1
      response.end()
    })
    await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
    const { port } = inner.address() as AddressInfo // it listens on TCP
    const post = createPostDelivery({ allowPrivate: false, hosts: [] })
    for (const host of HOSTS) {
      const refused = await refusalOf(post, `https://${host}:${port}/`)
      // A name that nobody here resolves leads nowhere.
      const isUnknown = refused === 'webhook.unreachable' && /localhost/.test(host)
      const isRefused = refused === 'webhook.inner-address' || refused === 'ERR_INVALID_URL'
      score.note(`${host}: ${refused}`, isRefused || isUnknown)
    }
    inner.close()
    score.note('an inner server was asked', asked === 0)
    return score.outcome()
  },
}

async function refusalOf(post: ReturnType<typeof createPostDelivery>, url: string): Promise<string> {
  try {
    await post({ url, headers: {}, body: '{}', attempts: 1 })
    return 'sent'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

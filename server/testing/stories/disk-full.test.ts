import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { openDoctor, type TestDoctor } from '../../upkeep/doctor/testing/open-doctor.ts'
import { openSmallDisk, type SmallDisk } from '../small-disk.ts'

let disk: SmallDisk
let t: TestDoctor
beforeEach(async () => {
  disk = openSmallDisk(24)
  t = await openDoctor({ databaseUrl: `sqlite:${join(disk.folder, 'huoshui.db')}` })
})
afterEach(async () => {
  try {
    await t?.close()
  } finally {
    disk?.remove()
  }
})

const statusOf = async (path: string): Promise<number> => (await fetch(`${t.url}${path}`)).status
const scan = async (): Promise<string> => (await t.sandbox.scan({ userId: 'zhangsan' })).externalUserId
const customerIn = (fields: readonly (readonly [string, unknown])[]): string | undefined =>
  fields.find(([name]) => name === 'ExternalUserID')?.[1] as string | undefined
const welcomesOf = (externalUserId: string): number =>
  t.sandbox.messagesOf(externalUserId).filter((message) => message.via === 'welcome').length

// A MySQL server has a disk of its own, elsewhere.
describe.skipIf(process.env.TEST_MYSQL_URL)('the disk under the database is full', () => {
  it('callbacks are answered 5xx, nothing acknowledged is lost, and the server goes on once there is room', async () => {
    const customers = [await scan()]
    await t.settle()
    for (let n = 0; n < 12; n++) customers.push(await scan())
    // In the middle of it all: callbacks are being stored, welcomes sent and their outcome written down.
    while (t.sandbox.callbackLog().filter(({ delivered }) => delivered).length < 5) await new Promise(setImmediate)
    disk.fill()
    for (let n = 0; n < 5; n++) customers.push(await scan())
    await t.settle()
    // The log may have taken more than it holds: a few small rows find room in there.
    for (let asked = 0; asked < 100 && (await statusOf('/readyz')) === 200; asked++) t.clock.advance(1)
    t.clock.advance(1)
    expect([await statusOf('/healthz'), await statusOf('/readyz'), await statusOf('/metrics')]).toEqual([200, 503, 200])
    customers.push(await scan())
    await t.settle()
    expect(t.sandbox.callbackLog().at(-1)).toMatchObject({ delivered: false, tries: 3 })
    const order = { orderId: 'o1', status: 'paid' as const, externalUserId: customers[0] ?? '', totalFen: 100 }
    expect((await t.sandbox.order(order)).status).toBeGreaterThanOrEqual(500)
    expect(await t.about('磁盘')).toMatchObject([{ state: 'fail', why: expect.stringContaining('满了（ENOSPC）') }])
    expect(await t.about('读写')).toMatchObject([{ state: 'fail', why: '磁盘满了（SQLITE_FULL）' }])

    const acknowledged = t.sandbox.callbackLog().filter(({ delivered }) => delivered)
    expect(acknowledged.length).toBeGreaterThanOrEqual(5)
    const stored = await t.rawRows<{ payload: string }>("SELECT payload FROM inbound_event WHERE kind LIKE 'wecom.%'")
    const isStored = (id: string | undefined): boolean => stored.some(({ payload }) => payload.includes(`"${id}"`))
    expect(acknowledged.filter(({ fields }) => !isStored(customerIn(fields)))).toEqual([])

    disk.free()
    await t.advance(SECOND_MS)
    expect(await statusOf('/readyz')).toBe(200)
    t.sandbox.redeliver(({ delivered }) => !delivered)
    expect((await t.sandbox.order(order)).status).toBeLessThan(300)
    for (let s = 0; s < 3; s++) await t.advance(SECOND_MS)
    expect(customers.filter((id) => welcomesOf(id) !== 1)).toEqual([])
  })
})

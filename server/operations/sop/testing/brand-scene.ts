import { expect } from 'vitest'
import type { Delivery } from '../../../../sandbox/callbacks.ts'
import { products } from '../../../../sandbox/people/products.ts'
import { createSandbox } from '../../../../sandbox/sandbox.ts'
import { raw } from '../../../core/db/sql.ts'
import { createSettableClock } from '../../../core/kernel/clock.ts'
import { DAY_MS, SECOND_MS, shanghaiText } from '../../../core/kernel/shanghai.ts'
import { openBrowser } from '../../../sidebar-api/testing/sidebar-browser.ts'
import { signedPost } from '../../../testing/signed-post.ts'
import { openSopScene } from './sop-scene.ts'

const STAFF = {
  linxiaoyu: '林小雨',
  zhoumin: '周敏',
  sunqian: '孙倩',
  chenhao: '陈浩',
  wangzixuan: '王子轩',
  hejiaqi: '何佳琪',
}
const ROOMS = { 科普群: '牧野牛排·科普群1', 付费群: '牧野牛排·付费群1', VIP群: '牧野牛排·VIP群1' }
export type PoolName = keyof typeof ROOMS

export type BrandScene = Awaited<ReturnType<typeof openBrandScene>>

/** The shipped rules with the brand's staff and groups. `known`: customers of 林小雨 since January 2026, by their ids; there
 *  are no others. `in`: the group in which they have been since then. */
export async function openBrandScene(now: string, known: readonly { id: string; in?: PoolName }[] = []) {
  const clock = createSettableClock('2026-01-05T10:00:00+08:00')
  const sandbox = createSandbox({ clock, retryDelaysMs: [5, 10] })
  await sandbox.listen()
  for (const [userId, name] of Object.entries(STAFF)) await sandbox.addStaff({ userId, name })
  const rooms = new Map<string, string>()
  for (const [pool, name] of Object.entries(ROOMS)) {
    rooms.set(pool, (await sandbox.createGroup({ name, ownerUserId: 'linxiaoyu' })).chatId)
  }
  const chatOf = (pool: PoolName): string => rooms.get(pool) ?? ''
  for (const { id, in: pool } of known) {
    await sandbox.scan({ userId: 'linxiaoyu', externalUserId: id, name: id })
    if (pool !== undefined) await sandbox.joinGroup({ externalUserId: id, chatId: chatOf(pool) })
  }
  await sandbox.settle()
  clock.set(Date.parse(`${now}+08:00`))
  const t = await openSopScene({ config: 'brand', platform: { sandbox, clock } })
  let orders = 0
  const told = new Set<Delivery>(sandbox.callbackLog())
  let toldId = 0

  async function post(
    id: string,
    fen: number,
    at: { paidAt?: number; category?: string | undefined },
  ): Promise<string> {
    orders += 1
    const orderId = `J-${orders}`
    const items = products.filter((one) => one.category === at.category).map((one) => ({ ...one, quantity: 1 }))
    const order = { orderId, status: 'paid', externalUserId: id, totalFen: fen, items } as const
    const answer = await sandbox.order({ ...order, paidAt: at.paidAt ?? clock.now() })
    if (answer.status >= 300) throw new Error(`the order was answered with ${answer.status}`)
    return orderId
  }

  const history = () =>
    Promise.all([
      t.rawRows('SELECT id, sop, external_userid, state, position, due_at FROM sop_entry ORDER BY id'),
      t.rawRows('SELECT id, external_userid, title, state FROM guide_task ORDER BY id'),
      t.rawRows('SELECT id, external_userid, pool, state FROM invitation ORDER BY id'),
      t.rawRows(`SELECT external_userid, body FROM timeline WHERE kind LIKE 'sop.%' ORDER BY id`),
      t.sandbox.calls('externalcontact/add_msg_template').length,
    ])

  const isSomebodyDue = async (): Promise<boolean> => {
    const due = "SELECT 1 AS one FROM sop_entry WHERE state = 'active' AND due_at <= ? LIMIT 1"
    return (await t.rawRows(due, [clock.now()])).length > 0
  }

  return {
    ...t,
    /** A new customer by the package card of 林小雨, unless `input` says otherwise. */
    meet: (id: string, input: Parameters<typeof t.scan>[0] = { state: 'package-card' }) =>
      t.scan({ userId: 'linxiaoyu', externalUserId: id, name: id, ...input }),
    buy: async (id: string, fen = 12_800, category?: string): Promise<string> => {
      const orderId = await post(id, fen, { category })
      await t.settle()
      return orderId
    },
    /** `count` orders of 128 yuan, one a month, the last `days` days ago. */
    boughtBefore: async (id: string, count: number, days: number, category = '西冷'): Promise<void> => {
      for (let nth = count - 1; nth >= 0; nth--) {
        await post(id, 12_800, { paidAt: clock.now() - (days + 30 * nth) * DAY_MS, category })
      }
    },
    refund: async (id: string, orderId: string): Promise<void> => {
      await sandbox.order({ orderId, status: 'refunded', externalUserId: id })
      await t.settle()
    },
    join: async (id: string, pool: PoolName): Promise<void> => {
      await sandbox.joinGroup({ externalUserId: id, chatId: chatOf(pool) })
      await t.settle()
    },
    lose: async (id: string): Promise<void> => {
      await sandbox.deleteGuide({ externalUserId: id, userId: 'linxiaoyu' })
      await t.settle()
    },
    /** 林小雨 does it in the sidebar. */
    tag: async (id: string, tag: string): Promise<void> => {
      const guide = openBrowser(t.url)
      await guide.login('linxiaoyu')
      const { status } = await guide.post(`customers/${id}/tags`, { add: [tag], remove: [] })
      if (status !== 200) throw new Error(`the tag was answered with ${status}`)
      await t.settle()
    },
    /** 林小雨 ticks off in the sidebar what she is asked for about the customer. */
    finish: async (id: string, title: string): Promise<void> => {
      const guide = openBrowser(t.url)
      await guide.login('linxiaoyu')
      const task = (await t.tasksAbout(id)).find((one) => one.title === title && one.state === 'open')
      const { status } = await guide.post(`customers/${id}/tasks/${task?.id}/done`, {})
      if (status !== 200) throw new Error(`the to-do was answered with ${status}`)
      await t.settle()
    },
    bornOn: async (id: string, birthday: string): Promise<void> => {
      await signedPost(t, '/api/profiles', { customer: { externalUserId: id }, birthday })
    },
    /** To 20 s after these Shanghai times, `2026-11-22T09:00`, one after the other; by then what is due then is done. */
    goTo: async (...times: string[]): Promise<void> => {
      for (const time of times) {
        await t.advance(Date.parse(`${time}:20+08:00`) - clock.now())
        // Whom another transaction held is passed over on MariaDB; the next beat, a second later, comes back to them.
        if (await isSomebodyDue()) await t.advance(SECOND_MS)
      }
    },
    /** The customer's journeys in their order, as `付费群关怀 active` or `新客首单 goal：付款`. */
    path: async (id: string): Promise<string[]> =>
      (await t.journeys(id))
        .sort((a, b) => a.id - b.id)
        .map(({ title, state, endReason }) =>
          endReason === undefined ? `${title} ${state}` : `${title} ${state}：${endReason}`,
        ),
    /** What journeys asked the guide to do for the customer, in its order, as `11-23 10:00 请他进科普群`. */
    asked: async (id: string): Promise<string[]> => {
      const tasks = (await t.tasksAbout(id)).filter((task) => task.task_key.startsWith('sop:'))
      return tasks.map(({ title, opened_at }) => `${shanghaiText(Number(opened_at)).slice(5, 16)} ${title}`)
    },
    invitedTo: async (id: string): Promise<string[]> => {
      const rows = await t.rawRows<{ pool: string; state: string }>(
        'SELECT pool, state FROM invitation WHERE external_userid = ? ORDER BY id',
        [id],
      )
      return rows.map(({ pool, state }) => `${pool} ${state}`)
    },
    tagsOf: async (id: string): Promise<string[]> => {
      const path = 'tags'
      const known = await t.db.tx((tx) => t.huoshui.facts.of(tx, [id], clock.now(), [path]))
      const tags = known.get(id)?.get(path)
      return Array.isArray(tags) ? tags.map(String).sort() : []
    },
    /** What came in since the last time comes in once more and is handled once more from the beginning: nothing of what was
     *  decided and asked for may change. */
    twice: async (): Promise<void> => {
      const before = await history()
      const isNew = (delivery: Delivery): boolean => !told.has(delivery)
      sandbox.redeliver(isNew)
      await sandbox.settle()
      const [last] = await t.rawRows<{ id: number }>('SELECT MAX(id) AS id FROM inbound_event')
      await t.db.tx((tx) =>
        tx.run(raw(`UPDATE inbound_event SET state = 'new', done_subscriptions = NULL WHERE id > ?`, [toldId])),
      )
      toldId = Number(last?.id)
      for (const delivery of sandbox.callbackLog()) told.add(delivery)
      await t.settle()
      expect(await history()).toEqual(before)
    },
    /** Customers who were in two journeys of 「关怀」 at the same time; nobody should be. */
    inTwoAtOnce: async (): Promise<unknown[]> => {
      const care = [...t.huoshui.rules.current().sops.values()].filter(({ value }) => value.exclusive === '关怀')
      const names = care.map(({ name }) => name)
      const marks = names.map(() => '?').join(', ')
      return t.rawRows(
        `SELECT a.external_userid, a.sop, b.sop AS other FROM sop_entry a
         JOIN sop_entry b ON b.external_userid = a.external_userid AND b.id > a.id
         WHERE a.sop IN (${marks}) AND b.sop IN (${marks}) AND (a.ended_at IS NULL OR a.ended_at > b.entered_at)`,
        [...names, ...names],
      )
    },
    close: async (): Promise<void> => {
      await t.close()
      await sandbox.close()
    },
  }
}

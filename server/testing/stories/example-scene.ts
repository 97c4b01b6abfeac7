import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp } from '../build-test-app.ts'
import { signedPost } from '../signed-post.ts'

export const EXAMPLES = ['bank', 'course', 'frozen-food', 'hotel'] as const
export type Example = (typeof EXAMPLES)[number]

/** The files of a company below config-examples/, by their path in it. */
export function exampleFiles(company: Example): Record<string, string> {
  const folder = join('config-examples', company)
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'))
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

export type ExampleScene = Awaited<ReturnType<typeof openExample>>

/** Huoshui with the rules of one of these companies; two guides (zhangsan, lisi), no customers. `now`: in Shanghai. */
export async function openExample(company: Example, now: string) {
  const t = await buildTestApp({ now: `${now}:00+08:00`, config: exampleFiles(company) })
  const beats = async (times = 3): Promise<void> => {
    for (let round = 0; round < times; round++) await t.advance(MINUTE_MS / 2)
  }
  let orders = 0
  return {
    ...t,
    beats,
    /** The clock stands there, half a minute later, and what is due is done. */
    until: async (at: string): Promise<void> => {
      t.clock.set(Date.parse(`${at}:30+08:00`))
      await beats(6)
    },
    friend: async (
      externalUserId: string,
      { userId = 'zhangsan', state }: { userId?: string; state?: string } = {},
    ) => {
      await t.sandbox.scan({ userId, externalUserId, name: externalUserId, ...(state === undefined ? {} : { state }) })
      await t.settle()
      await beats()
    },
    /** The shop says so, now; gives the order's id. */
    order: async (
      externalUserId: string,
      {
        name,
        totalFen,
        status = 'paid',
        orderId,
      }: { name: string; totalFen: number; status?: string; orderId?: string },
    ): Promise<string> => {
      orders += 1
      const id = orderId ?? `order-${orders}`
      const at = new Date(t.clock.now()).toISOString()
      const answer = await signedPost(t, '/api/orders', {
        ...{ orderId: id, status, customer: { externalUserId }, totalFen, source: 'shop' },
        ...{ paidAt: at, items: [{ sku: name, name, quantity: 1, priceFen: totalFen }] },
        ...(status === 'refunded' ? { refundedAt: at } : {}),
      })
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.json))
      await beats()
      return id
    },
    /** What another system knows of a customer. */
    profile: async (externalUserId: string, fields: Record<string, unknown>): Promise<void> => {
      const answer = await signedPost(t, '/api/profiles', { customer: { externalUserId }, fields })
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.json))
      await beats()
    },
    /** A customer group that has been read, with these customers in it. */
    group: async (name: string, ownerUserId = 'zhangsan', members: readonly string[] = []): Promise<void> => {
      const chatId = `wr-${name}`
      await t.sandbox.createGroup({ name, ownerUserId, chatId })
      for (const externalUserId of members) await t.sandbox.joinGroup({ externalUserId, chatId })
      await t.settle()
      await beats()
    },
    /** The names of the tags that guides see on a customer. */
    tags: async (externalUserId: string): Promise<string[]> => {
      const rows = await t.rawRows<{ name: string }>(
        `SELECT tag_name AS name FROM follow_tag f JOIN corp_tag c ON c.tag_id = f.tag_id WHERE f.external_userid = ? ORDER BY tag_name`,
        [externalUserId],
      )
      return rows.map(({ name }) => name)
    },
    /** `sender → to: words` of every mass send that WeCom was asked for. */
    sent: (): string[] =>
      t.sandbox.calls('externalcontact/add_msg_template').map(({ body }) => {
        const { sender, external_userid, chat_id_list, text } = body as {
          sender: string
          external_userid?: string[]
          chat_id_list?: string[]
          text?: { content: string }
        }
        return `${sender} → ${[...(external_userid ?? []), ...(chat_id_list ?? [])].sort().join(' ')}: ${text?.content ?? ''}`
      }),
    confirm: async (userId: string): Promise<void> => {
      for (const { msgid } of t.sandbox.pendingMassSends(userId)) await t.sandbox.confirmMassSend({ msgid, userId })
      await beats(10)
    },
  }
}

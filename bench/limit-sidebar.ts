import Fastify from 'fastify'
import { DataSource } from 'typeorm'
import { dataSourceOptions } from '../server/core/db/database-url.ts'

/** The limit program: the facts of a customer by hand-written SQL as text to the same database, without sessions,
 *  access checks, rules, schemas or reasons. argv: database URL. */
const [databaseUrl = ''] = process.argv.slice(2)
const source = new DataSource(dataSourceOptions(databaseUrl, []))
await source.initialize()
const rows = (sql: string, ...params: string[]): Promise<Record<string, unknown>[]> => source.query(sql, params)

const app = Fastify()
app.get<{ Params: { id: string; guide: string } }>('/customers/:guide/:id', async ({ params: { id, guide } }) => {
  const [people, tags, orders, groups] = await Promise.all([
    rows(
      `SELECT c.name AS name, c.avatar AS avatar, c.first_channel AS channel, f.userid AS userid, f.remark AS remark,
              f.add_way AS add_way, f.added_at AS added_at, s.name AS guide, w.state AS welcome, w.rule AS rule
       FROM customer c JOIN follow f ON f.external_userid = c.external_userid AND f.active = 1
       LEFT JOIN staff s ON s.userid = f.userid
       LEFT JOIN welcome w ON w.external_userid = f.external_userid AND w.userid = f.userid
       WHERE c.external_userid = ?`,
      id,
    ),
    rows(
      `SELECT t.path AS path, f.set_by AS set_by, f.set_at AS set_at FROM follow_tag f
       JOIN corp_tag t ON t.tag_id = f.tag_id AND t.gone_at IS NULL WHERE f.external_userid = ? AND f.userid = ?`,
      id,
      guide,
    ),
    rows(
      `SELECT o.id AS id, o.status AS status, o.total_fen AS total_fen, o.paid_at AS paid_at, i.name AS name,
              i.quantity AS quantity
       FROM shop_order o LEFT JOIN shop_order_item i ON i.shop_order_id = o.id
       WHERE o.external_userid = ? ORDER BY o.paid_at, o.id, i.line_no`,
      id,
    ),
    rows(
      `SELECT g.name AS name, g.pool AS pool, NULL AS due_at FROM chat_member m JOIN chat_group g ON g.chat_id = m.chat_id
       WHERE m.member_id = ? AND m.left_at IS NULL AND g.dismissed_at IS NULL
       UNION ALL SELECT sop AS name, NULL AS pool, due_at AS due_at FROM sop_entry
       WHERE external_userid = ? AND state = 'active'`,
      id,
      id,
    ),
  ])
  return { people, tags, orders, groups }
})
process.stdout.write(`listening ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
process.on('SIGTERM', () => process.exit(0))

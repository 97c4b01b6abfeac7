import fc from 'fast-check'
import { CAPABILITIES } from '../capabilities/capabilities.ts'
import { EVERY_TABLE } from '../capabilities/tables.ts'
import { specOf } from '../core/db/define-table.ts'
import { raw } from '../core/db/sql.ts'
import type { Row, Tx } from '../core/db/tx.ts'
import type { Manifest } from '../records/define-capability.ts'
import { leapOrdinal } from '../records/profiles/birthday.ts'
import { PRODUCT_ROLES } from '../rules/schema/product-rules.ts'
import { customerColumn, randomRow } from './random-row.ts'

/** Random rows that every fact is made from, for a handful of customers: what each database might compare differently
 *  (case, trailing spaces, look-alikes, emoji) and instants around Shanghai's midnights. */

export const PEOPLE = ['wm1', 'wm2', 'wm3', 'wm4', 'wm5', 'wm6']
export const TEXTS = ['VIP', 'vip', 'VIP ', 'é', 'e\u0301', "o'k?", 'a_b', 'a%b', '🥩', '🥩🥩', ':now', 'Ａ']
export const MONEY = [0, 1, 9_900, 100_000_000_000]

const MIDNIGHT = Date.parse('2027-02-28T00:00:00+08:00')
const DAY_MS = 86_400_000
/** Just before, at and after the midnights that begin or end a count of days; 2028 is a leap year. */
export const INSTANTS = [0, 1, 2, 6, 7, 8, 29, 30, 31, 300, 363, 364, 365, 366].flatMap((days) =>
  [-1, 0, 1, DAY_MS / 2].map((ms) => MIDNIGHT - days * DAY_MS + ms),
)
export const NOWS: readonly number[] = [
  MIDNIGHT,
  MIDNIGHT - 1,
  MIDNIGHT + DAY_MS / 2,
  MIDNIGHT + 366 * DAY_MS,
  MIDNIGHT + DAY_MS - 1,
]
const BIRTHDAYS = [
  [2, 28],
  [2, 29],
  [3, 1],
  [1, 1],
  [12, 31],
  [2, 27],
] as const

/** Names of fields that a database might take for each other. */
export const FIELDS = ['VIP', 'vip', 'é', '🥩']

export type Tables = Record<string, Row[]>

/** Tables whose rows mean something to each other. Every other one that says something of a customer gets rows by its
 *  declaration, so the facts of a new one are tried without anybody's doing. */
const MADE_BY_HAND = new Set([
  ...['customer', 'follow', 'follow_tag', 'chat_member', 'shop_order', 'touch', 'customer_profile', 'survey_response'],
  ...['customer_field', 'customer_score', 'customer_worth', 'customer_tier', 'sop_entry', 'shop_visit', 'shop_grant'],
])
const manifests: readonly Manifest[] = CAPABILITIES
const MADE_AT_RANDOM = manifests
  .flatMap(({ tables }) => tables)
  .filter((table) => customerColumn(table) !== undefined && !MADE_BY_HAND.has(specOf(table).name))

/** Rows by table, in the order in which they may be deleted. */
export const population: fc.Arbitrary<Tables> = fc.gen().map((g) => {
  const one = <T>(values: readonly T[]): T => g(fc.constantFrom, ...values)
  const maybe = <T>(value: T): T | null => (g(fc.boolean) ? value : null)
  const some = (most: number): number[] => Array.from({ length: g(fc.nat, most) }, (_, n) => n)
  const at = (): number => one(INSTANTS)
  const tables: Tables = {}
  const add = (table: string, row: Row): void => {
    tables[table] = [...(tables[table] ?? []), row]
  }
  let id = 1
  const random = {
    text: () => one(TEXTS),
    instant: at,
    number: () => g(fc.nat, 3),
    coin: () => g(fc.boolean),
    serial: () => id++,
  }
  TEXTS.forEach((path, n) => {
    const gone = n % 5 === 4 ? MIDNIGHT : null
    add('corp_tag', {
      tag_id: `t${n}`,
      group_id: 'g',
      group_name: 'g',
      tag_name: path,
      path,
      seen_at: 0,
      gone_at: gone,
    })
    add('chat_group', { chat_id: `c${n}`, pool: n % 4 === 3 ? null : path, dismissed_at: gone, known_at: 0 })
  })
  add('score_run', { name: 'rfm', due_at: 0, after_userid: '', settled_at: maybe(at()) })
  add('worth_run', { name: 'worth', due_at: 0, after_userid: '', scored_at: maybe(at()) })
  for (const who of PEOPLE) {
    add('customer', { external_userid: who, first_channel: maybe(one(TEXTS)), known_at: 0 })
    for (const guide of some(3)) {
      const active = Number(g(fc.boolean))
      add('follow', {
        id: id++,
        external_userid: who,
        userid: `${one(TEXTS)}${guide}`,
        active,
        add_way: maybe(one([0, 1, 8])),
        added_at: maybe(at()),
        lost_at: maybe(at()),
        known_at: 0,
      })
    }
    for (const tag of some(2)) {
      const tag_id = `t${(g(fc.nat, 5) + tag * 6) % TEXTS.length}`
      add('follow_tag', { external_userid: who, userid: 'g', tag_id, set_by: 'rule', set_at: 0 })
    }
    for (const chat of some(2)) {
      const member_type = one([2, 2, 1])
      const chat_id = `c${(g(fc.nat, 5) + chat * 6) % TEXTS.length}`
      add('chat_member', { chat_id, member_id: who, member_type, joined_at: at(), left_at: maybe(at()) })
    }
    for (const _ of some(4)) {
      const status = one(['paid', 'paid', 'created', 'refunded', 'closed'])
      const fen = one(MONEY)
      const refunded_fen = status === 'refunded' ? fen : status === 'paid' ? one([0, 0, Math.floor(fen / 3)]) : 0
      const order = { order_id: `o${id}`, source: 's', total_fen: fen, external_userid: who }
      const paid_at = status === 'paid' ? at() : maybe(at())
      const refunded_at = refunded_fen > 0 ? maybe(at()) : null
      const shipped_at = maybe(at())
      const signed_at = shipped_at === null ? null : maybe(at())
      add('shop_order', {
        id,
        ...order,
        status,
        refunded_fen,
        created_at: at(),
        paid_at,
        refunded_at,
        shipped_at,
        signed_at,
      })
      for (const part of ['store', 'scene', 'campaign'] as const)
        if (g(fc.boolean)) add('shop_order_origin', { shop_order_id: id, part, word: one(TEXTS), version: 0 })
      for (const line of some(2)) {
        const back = { refunded_quantity: one([0, 0, 1, 2]), refunded_fen: one([0, 100]) }
        const item = { sku: one(TEXTS), name: one(TEXTS), quantity: 2, price_fen: 100, category: maybe(one(TEXTS)) }
        const labels = {
          catalog_category: maybe(one(TEXTS)),
          role: maybe(one(['主推', '主推', '主推', ...PRODUCT_ROLES] as const)),
        }
        add('shop_order_item', { shop_order_id: id, line_no: line, ...item, ...labels, ...back })
      }
      id += 1
    }
    // A habit takes three orders of the same goods, which hardly anybody draws.
    for (const _ of g(fc.boolean) ? [1, 2, 3] : []) {
      const order = { order_id: `o${id}`, source: 's', total_fen: 100, refunded_fen: 0, external_userid: who }
      add('shop_order', { id, ...order, status: 'paid', created_at: at(), paid_at: at() })
      for (const part of ['store', 'scene', 'campaign'] as const)
        add('shop_order_origin', { shop_order_id: id, part, word: 'vip', version: 0 })
      const item = { sku: 'a%b', name: '🥩', quantity: 1, price_fen: 100, category: one(['VIP', 'VIP ']) }
      add('shop_order_item', { shop_order_id: id, line_no: 0, ...item, role: '主推' })
      id += 1
    }
    for (const _ of some(3)) {
      const gift = { shop: 's', name: one(TEXTS), asked_at: 0, lapses_at: 0, looks: 0, asks_guide: 0, reason: '{}' }
      const state = one(['given', 'given', 'refused', 'nobody', 'asked', 'unsure', 'lapsed'])
      const ended_at = state === 'nobody' || state === 'asked' ? null : at()
      add('shop_grant', { grant_key: `g${id++}`, external_userid: who, userid: 'g', ...gift, state, ended_at })
    }
    for (const _ of some(3)) add('touch', { source_key: `k${id++}`, external_userid: who, kind: 'send', at: at() })
    if (g(fc.boolean)) {
      const [birth_month, birth_day] = one(BIRTHDAYS)
      const birth = { birth_month, birth_day, birth_ordinal: leapOrdinal(birth_month, birth_day) }
      add('customer_profile', { external_userid: who, ...birth, told_by: 'shop', told_at: 0 })
      let place = 0
      for (const _ of some(4)) {
        const field = one(FIELDS)
        const kind = one(['text', 'number', 'date', 'choice', 'choices'])
        const row = { external_userid: who, field, kind, told_by: 'shop', told_at: 0 }
        const isNumber = kind === 'number' || kind === 'date'
        const values = kind === 'choices' ? 1 + g(fc.nat, 2) : 1
        // One value a field, as long as it is no choice of several.
        if (
          values === 1 &&
          kind !== 'choices' &&
          (tables.customer_field ?? []).some((known) => known.external_userid === who && known.field === field)
        )
          continue
        for (let n = 0; n < values; n++)
          add('customer_field', {
            ...row,
            place: place++,
            body: one(TEXTS),
            num: isNumber ? one([0, 1, 7, 20_000, 20_400]) : null,
          })
      }
    }
    for (const _ of some(4)) {
      const kind = one(['cart', 'cart', 'view', 'checkout'])
      const goods = {
        product_id: maybe(one(['VIP', 'VIP ', 'p1'])),
        product: maybe(one(TEXTS)),
        category: maybe(one(TEXTS)),
        keyword: maybe(one(TEXTS)),
        scene: maybe(one(TEXTS)),
      }
      const cart = { price_fen: maybe(one(MONEY)), quantity: maybe(g(fc.nat, 2)) }
      const visit = { id, visit_id: `v${id++}`, source: 's', kind, external_userid: who, received_at: 0, at: at() }
      add('shop_visit', { ...visit, ...goods, ...cart })
    }
    for (const _ of some(2)) {
      const response = { response_id: `r${id}`, survey_id: one(TEXTS), external_userid: who, received_at: 0 }
      add('survey_response', { id, ...response, answered_at: at() })
      const answer_path = maybe(one(TEXTS))
      add('survey_answer', { survey_response_id: id, line_no: 0, question: 'q', answer: 'a', answer_path })
      id += 1
    }
    if (g(fc.boolean)) {
      const points = { r: 1 + g(fc.nat, 4), f: 1 + g(fc.nat, 4), m: 1 + g(fc.nat, 4) }
      const name = maybe(one(TEXTS))
      add('customer_score', { id: id++, external_userid: who, ...points, name, since: maybe(at()) })
    }
    if (g(fc.boolean)) {
      const worth = { orders90_hundredths: one([0, 50, 100, 250]), value90_fen: maybe(one(MONEY)) }
      add('customer_worth', { id: id++, external_userid: who, alive_percent: maybe(one([0, 7, 100])), ...worth })
    }
    for (const nth of some(2)) {
      const tier = { ladder: `l${nth}`, path: one(TEXTS), since: 0, version: '1', reason: '{}' }
      add('customer_tier', { id: id++, external_userid: who, ...tier })
    }
    for (const _ of some(3)) {
      const entry = { entry_key: `e${id++}`, state: one(['active', 'finished', 'goal', 'left']), position: '0' }
      add('sop_entry', { sop: one(TEXTS), version: '1', external_userid: who, userid: 'g', ...entry, entered_at: 0 })
    }
    for (const table of MADE_AT_RANDOM) {
      for (const _ of some(2)) add(specOf(table).name, randomRow(table, who, random))
    }
  }
  return tables
})

const TABLES = new Map(EVERY_TABLE.map((table) => [specOf(table).name, table]))

async function insertKnown(tx: Tx, name: string, rows: Row[]): Promise<void> {
  const table = TABLES.get(name)
  if (table === undefined) throw new Error(`no table ${name}`)
  await tx.insertIgnore(table, rows)
}

/** What `population` fills, and nothing else, is replaced. */
export async function settleIn(tx: Tx, tables: Tables, earlier: Iterable<string>): Promise<void> {
  for (const table of earlier) await tx.run(raw(`DELETE FROM ${table}`))
  for (const [table, rows] of Object.entries(tables)) {
    // One statement takes rows with the same columns only.
    const alike = new Map<string, Row[]>()
    for (const row of rows) {
      const columns = Object.keys(row).join()
      alike.set(columns, [...(alike.get(columns) ?? []), row])
    }
    for (const group of alike.values()) await insertKnown(tx, table, group)
  }
}

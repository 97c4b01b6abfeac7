import { id, instant, integer, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

const snapshot = leftOut('says how shops are asked, not what is known of customers')

/** One shop of the rule files, and how it stands with it. */
export const SHOP_CONNECTION = defineTable(
  'shop_connection',
  {
    id: id(),
    /** `id` of the rule. */
    shop: text(30),
    /** Under which its orders are kept: its name when it was connected, whatever it is called later. */
    source: text(60),
    since: instant(),
    pushed_at: nullable(instant()),
    /** When a question was last asked to its end. */
    polled_at: nullable(instant()),
    read_at: nullable(instant()),
    /** In a row, of the shop as a whole. */
    faults: withDefault(integer(), 0),
    faulty_since: nullable(instant()),
    /** Nothing is asked before. */
    paused_until: nullable(instant()),
    last_fault: nullable(longText()),
    /** News that a push told, and news that a question found before any push did. */
    found_by_push: withDefault(integer(), 0),
    found_by_poll: withDefault(integer(), 0),
  },
  { unique: [['shop']], personal: ofNobody('shops of ours'), snapshot },
)

/** `past`: of what was before the shop was connected, or read once more to be sure. */
export type ToldBy = 'push' | 'poll' | 'past'

/** What is to be read at a shop. As many hints of one subject as come are one row, so that it is read once, by one process. */
export const SHOP_HINT = defineTable(
  'shop_hint',
  {
    id: id(),
    shop: text(30),
    subject: text(120),
    /** One more with every hint: what came while it was being read is read again. */
    revision: withDefault(integer(), 1),
    told_by: text<ToldBy>(8),
    state: text<'new' | 'dead'>(8),
    /** Also the lease: who reads it moves it on. */
    due_at: instant(),
    received_at: instant(),
    attempts: withDefault(integer(), 0),
    last_fault: nullable(longText()),
  },
  {
    unique: [['shop', 'subject']],
    indices: [['state', 'due_at']],
    personal: {
      holds: { shop: 'none', subject: 'purchase', last_fault: 'none' },
      purpose: '记下哪些订单有变化，等着去店铺读',
      kept: 'technical',
      since: 'received_at',
    },
    snapshot,
  },
)

/** How far a question over time has come: `poll` what changed lately, `nightly` what was lately once more, `history` what was before
 *  the shop was connected. */
export type WalkName = 'poll' | 'nightly' | 'history'

export const SHOP_WALK = defineTable(
  'shop_walk',
  {
    id: id(),
    shop: text(30),
    walk: text<WalkName>(12),
    due_at: instant(),
    from_at: instant(),
    to_at: instant(),
    /** Everything before it has been asked for. */
    at: instant(),
    /** Of the window that begins there; null: at its beginning. */
    page: nullable(longText()),
    found: withDefault(integer(), 0),
    begun_at: nullable(instant()),
    ended_at: nullable(instant()),
    lease_until: nullable(instant()),
  },
  { unique: [['shop', 'walk']], personal: ofNobody('questions of ours'), snapshot },
)

/** How an order looked in the shop's list when it was last there: of shops whose lists cannot be asked for what has changed. */
export const SHOP_SEEN = defineTable(
  'shop_seen',
  { id: id(), shop: text(30), subject: text(120), mark: text(64), seen_at: instant() },
  {
    unique: [['shop', 'subject']],
    indices: [['seen_at']],
    personal: {
      holds: { shop: 'none', subject: 'purchase', mark: 'none' },
      purpose: '看得出列表里哪些订单变了，不用每次都重读',
      kept: 'technical',
      since: 'seen_at',
    },
    snapshot,
  },
)

/** Who a buyer is by their number at the shop, as a push of it told. */
export const SHOP_BUYER = defineTable(
  'shop_buyer',
  {
    id: id(),
    shop: text(30),
    shop_user_id: text(64),
    /** Never filled: by the three names a person's rows are found. */
    given_external_userid: nullable(text()),
    given_unionid: nullable(text()),
    phone_hash: nullable(text()),
    seen_at: instant(),
  },
  {
    unique: [['shop', 'shop_user_id']],
    indices: [['given_unionid'], ['seen_at']],
    personal: {
      holds: {
        shop: 'none',
        shop_user_id: 'customer',
        given_external_userid: 'customer',
        given_unionid: 'union-id',
        phone_hash: 'phone',
      },
      purpose: '知道商城里的买家是哪位客户，订单才归得对人',
      kept: 'technical',
      since: 'seen_at',
      of: 'given_external_userid',
    },
    snapshot,
  },
)

/** A file of orders that was found in a shop's folder, known by what is in it: under whatever name it comes again, it is taken
 *  once. */
export const SHOP_FILE = defineTable(
  'shop_file',
  {
    id: id(),
    shop: text(30),
    /** SHA-256 of its bytes, hex. */
    digest: text(64),
    /** Under which it was found first, phones masked. */
    name: longText(),
    size: integer(),
    /** `refused`: nothing of it can be read. */
    state: text<'reading' | 'done' | 'refused'>(8),
    /** Version of the shop's `columns` by which it was last read. */
    by_rule: text(12),
    /** Orders and faulty rows at its beginning that are done. */
    taken: withDefault(integer(), 0),
    /** ImportCounts as JSON. */
    counts: nullable(longText()),
    /** The first of the faulty rows as JSON: `行:列 …`; of a refused file, why. */
    faults: nullable(longText()),
    /** Orders that it did not bring for its faults and that no other file has since, as JSON; no numbers, only what they are known by. */
    missing: nullable(longText()),
    found_at: instant(),
    ended_at: nullable(instant()),
    /** Which process reads it, and until when it has it; moved on with every hundred orders. */
    lease_by: nullable(text(40)),
    lease_until: nullable(instant()),
  },
  { unique: [['shop', 'digest']], personal: ofNobody('files of ours, and which rows of them are faulty'), snapshot },
)

export const shopTables: Table[] = [SHOP_CONNECTION, SHOP_HINT, SHOP_WALK, SHOP_SEEN, SHOP_BUYER, SHOP_FILE]

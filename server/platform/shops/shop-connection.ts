import type { Clock } from '../../core/kernel/clock.ts'
import type { SharedCredential } from '../wecom/token/shared-credential.ts'

/** What a connection of this platform can do, in plain words for the console and the doctor. */
export interface Abilities {
  push: boolean
  /** By which instant orders can be asked for; by the created one, later changes are found only by reading again. */
  pollBy: 'updated' | 'created'
  /** How far the platform says who bought. */
  identity: 'unionid' | 'phone' | 'none'
  /** Longest window that one question may cover, milliseconds. */
  longestWindowMs: number
  /** Milliseconds between a push and the first reading: the side that is read lags behind. */
  readDelayMs: number
  /** What can be given to a member of the shop. */
  gifts: readonly Gift['kind'][]
}

/** What is given to a member of a shop: a coupon by the shop's own number of it, or points. */
export type Gift = { kind: 'coupon'; coupon: string } | { kind: 'points'; points: number }

export interface AskedGrant {
  /** Ours: the same for the same gift however often it is asked for, and for no other. ≤40 characters of a-z, 0-9 and `-`. */
  grantId: string
  shopUserId: string
  gift: Gift
  /** What people call it. */
  name: string
  /** Where an earlier try may have been carried out: what `holds` told before that. */
  before: string | undefined
  /** Awaited just before the shop is asked to give, every time; what it throws keeps the shop from being asked. */
  beforeSend: () => Promise<void>
}

/** `refused`: the shop's no is for good; `isOfGift`: nobody gets this gift until somebody changes something at the shop. `unsure`: nobody
 *  can tell whether an earlier try was carried out, so it is not asked for again. */
export type Granted =
  | { kind: 'given' }
  | { kind: 'refused'; zh: string; isOfGift?: boolean }
  | { kind: 'unsure'; zh: string }

/** One request to the push address of a shop, as it came. */
export interface ShopPush {
  method: string
  /** Below the shop's own address: `order-pay`; empty: the address itself. */
  path: string
  query: Readonly<Record<string, string>>
  headers: Readonly<Record<string, string | undefined>>
  body: Buffer
}

/** What somebody looked at or put into the cart, as a push tells it. */
export interface PushedVisit {
  /** The same for the same visit, however often it is told; of this shop. */
  visitId: string
  kind: 'view' | 'cart'
  /** UTC milliseconds. */
  at: number
  productId: string
  /** Of carts. */
  quantity?: number
  shopUserId: string
  /** Undefined where the push does not say. */
  unionId: string | undefined
}

/** What to look at because of a push; subjects are of the adapter's own making, ≤120 characters, without anything of people. */
export interface Verified {
  subjects: readonly string[]
  /** Whom the push names: kept, since no interface tells it. */
  buyers?: readonly { shopUserId: string; unionId: string }[]
  visits?: readonly PushedVisit[]
  /** Given only once the subjects are stored. */
  answer: { type: 'text/plain' | 'application/json'; body: string }
}

/** Who bought, as far as the shop says. */
export interface Buyer {
  unionId?: string | undefined
  /** Of the shop's own kind, for `identify`. */
  shopUserId?: string | undefined
  /** Of the account; a receiver may be anybody. */
  phone?: string | undefined
}

/** An order as the shop has it now: the whole of it. Money in fen, instants in UTC milliseconds. The form is that of the body
 *  of POST /api/orders, which checks it once more. */
export interface ShopOrder {
  orderId: string
  /** The shop's instant or count of the last change: of two snapshots the larger counts. */
  version: number
  status: 'created' | 'paid' | 'closed' | 'refunded'
  totalFen: number
  createdAt?: number | undefined
  paidAt?: number | undefined
  /** When it came to its status. */
  at?: number | undefined
  refundedFen?: number | undefined
  refunds?: {
    refundId: string
    fen: number
    at?: number
    lines?: { lineId: string; quantity?: number; fen?: number }[]
  }[]
  payments?: { paymentId: string; fen: number; at?: number; way?: string }[]
  parcels?: { number: string; company?: string; shippedAt?: number; signedAt?: number }[]
  items: { sku: string; name: string; quantity: number; priceFen: number; lineId?: string }[]
  /** Where it came from in the shop's own words, names or numbers, ≤100 characters: of its stores which, whose hand, by which
   *  channel, in which campaign. Absent: this snapshot does not tell, and what was told stays. */
  store?: string | undefined
  staff?: string | undefined
  scene?: string | undefined
  campaign?: string | undefined
  buyer: Buyer
}

/** What reading a subject gave. `again`: not settled at the shop's side yet, look once more after so many milliseconds. */
export interface Reading {
  orders: ShopOrder[]
  again?: number | undefined
}

export interface ShopWindow {
  /** UTC milliseconds, both ends included. */
  fromMs: number
  toMs: number
  /** Where to go on; undefined: at the beginning. */
  page: string | undefined
}

export interface ShopPage {
  /** Those to be read. `mark`: how it looks in the list, ≤64 characters; while it is the same there is nothing to read. `as`: of
   *  what it is the mark, where that is not the subject itself. */
  subjects: readonly { subject: string; mark?: string; as?: string }[]
  /** Those that came whole. */
  orders: readonly ShopOrder[]
  /** Undefined: the window is at its end. */
  next: string | undefined
}

/** One shop. Every method but `verify` asks the platform and throws ShopError; every one but `grant` may be repeated at will. */
export interface ShopConnection {
  readonly abilities: Abilities
  /** Throws AppError with a 4xx status for what is not from the shop. */
  verify(push: ShopPush): Verified
  read(subject: string): Promise<Reading>
  /** Under which subject an order is read, by its number. Absent: orders never came without their buyer's number. */
  subjectOf?(orderId: string): string
  changedSince(window: ShopWindow): Promise<ShopPage>
  /** Who a buyer is by their number at the shop; asked once a buyer and kept. Absent: orders say it, or nobody does. */
  identify?(shopUserId: string): Promise<Buyer>
  /** The shop's number of whoever has this union id; undefined: nobody, or several. Absent: only orders and pushes tell. */
  memberOf?(unionId: string): Promise<string | undefined>
  /** What a member has of a gift, ≤64 characters: asked for before the first try, so that after a try whose answer was lost one can
   *  see what became of it. Undefined: the shop itself knows a gift by its `grantId`. */
  holds?(shopUserId: string, gift: Gift): Promise<string | undefined>
  /** Gives once; a kind that is among `abilities.gifts`. Its errors say with `mayHaveHappened` whether it may be given. Absent: the shop gives nothing. */
  grant?(asked: AskedGrant): Promise<Granted>
  /** A call that changes nothing and shows whether account, secret and rights are right. */
  probe(): Promise<void>
  close(): void
}

/** What a connection has to keep of what it saw: instants that the shop tells nowhere, numbers behind numbers. Keys ≤120, values
 *  ≤64 characters, nothing of people. */
export interface ShopMemory {
  get(keys: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Takes the place of what was kept under a key. */
  put(entries: ReadonlyMap<string, string>): Promise<void>
}

/** What an adapter is made of. */
export interface ShopAccess {
  account: string
  kdtId: string | undefined
  /** Where the platform's interfaces are. */
  api: string
  /** By their names in the environment, in small letters: `secret`, `token`, `aes_key`. */
  secrets: Readonly<Record<string, string>>
  clock: Clock
  memory: ShopMemory
  /** Told of every call. */
  onCall: () => void
  /** Where the access token is kept once for all processes. */
  shared: SharedCredential | undefined
}

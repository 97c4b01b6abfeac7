import type { SqlValue, Tx } from '../../core/db/tx.ts'
import type { NameKind } from '../schema/name-kind.ts'
import type { ProductRole } from '../schema/product-rules.ts'

/** `money` is fen inside and written `500元` in rules; `set` holds texts (tags as 组/名, names of group pools). */
export type FactType = 'number' | 'money' | 'text' | 'flag' | 'set'
/** A piece of SQL with one parameter per `?` mark. */
export interface SqlText {
  text: string
  params: SqlValue[]
}
export type FactValue = number | string | boolean | string[] | undefined

/** What a fact is narrowed to: `orders.paid.count: { category: 牛排, days: 90, gte: 3 }` counts no other orders. */
export interface Narrowing {
  /** One of these categories; sorted, each once. */
  category?: readonly string[]
  /** One of these goods, by name or code; sorted, each once. */
  product?: readonly string[]
  /** Goods that products.yaml gives one of these roles; sorted, each once. */
  role?: readonly ProductRole[]
  /** Orders of one of these stores, as the shop calls them; sorted, each once. */
  store?: readonly string[]
  /** Orders that were made through one of these channels of the shop; sorted, each once. */
  scene?: readonly string[]
  /** Orders of one of the shop's campaigns; sorted, each once. */
  campaign?: readonly string[]
  /** The last so many Shanghai days, today included. */
  days?: number
  /** One field of profile.yaml; written `profile.<field>`. */
  field?: string
}
/** By what a fact may be narrowed. */
export type NarrowKey = keyof Narrowing

/** Something a rule may ask about one customer, offered by the capability whose tables know it. `load` (one customer, in
 *  memory) and `sql` (an audience) must always agree; a fact that is not known is undefined / NULL. */
export interface Fact {
  /** As written in rules: `orders.paid.count`. */
  path: string
  type: FactType
  /** What people call it. */
  zh: string
  /** Its values are the names of such rules, so that others are refused. */
  names?: NameKind
  /** It can have no other values, so that others are refused. */
  oneOf?: readonly string[]
  /** By what rules may narrow it: to a category, to a number of days. */
  narrow?: readonly NarrowKey[]
  /** Values for these customers, at the instant `nowMs`; a customer left out has no value. */
  load(tx: Tx, externalUserIds: string[], nowMs: number): Promise<Map<string, FactValue>>
  /** Scalar types: an expression about `c.external_userid`. `set`: a condition that holds when the set of `c.external_userid`
   *  contains the value bound to the one mark `:member`. `:now` marks stand for the instant. */
  sql(nowMs: number): SqlText
  /** `set`: the same question about each of these members, looked up first, so that a database may begin with the rows of one instead of
   *  asking for each customer. Worth it where all customers are meant, not a page of them. */
  lookedUp?(tx: Tx, members: readonly string[]): Promise<(member: string) => SqlText>
  /** The same, narrowed; there exactly when `narrow` is. */
  narrowed?(narrowing: Narrowing): Pick<Fact, 'load' | 'sql'>
}

/** What a rule needs to know about a fact without asking the database. */
export type FactShape = Pick<Fact, 'path' | 'type' | 'zh' | 'names' | 'oneOf' | 'narrow'>

export type Facts = ReadonlyMap<string, FactValue>

import type { ColumnSpec } from './columns.ts'

/** What a column says of a person. `none`: nothing: words of ours, names of rules, ids of things. */
export type DataKind =
  | 'none'
  /** external_userid of a customer. */
  | 'customer'
  | 'union-id'
  /** Keyed hash of a phone, or its last digits. */
  | 'phone'
  /** Nickname, remark of a guide, name of a member of staff. */
  | 'name'
  | 'picture'
  /** Gender, birthday, company. */
  | 'trait'
  /** What people wrote: descriptions, answers, messages. */
  | 'free-text'
  | 'purchase'
  /** What they did, and what was done with them and why. */
  | 'conduct'
  /** userid of a member of staff. */
  | 'staff'
  /** JSON in which any of these may lie. */
  | 'mixed'

/** How long the rows of a table are wanted; the settings say how many days that is.
 *  By age: `callback` what came in and goes out, `technical` how the work went, `session` who was logged in, `order` what the
 *  law wants kept, `visit` what was looked at in the shop. Not by age: `customer` as long as the person is our customer and a while after, `owner` as long as the row
 *  that it belongs to, `standing` as long as the deployment: a few rows a member of staff or a day, `proof` of what was
 *  consented to and erased. */
export type Kept = ByAge | 'customer' | 'owner' | 'standing' | 'proof'
export type ByAge = 'callback' | 'technical' | 'session' | 'order' | 'visit'

type TextName<Columns> = {
  [Name in keyof Columns]: Columns[Name] extends ColumnSpec<infer Value, boolean>
    ? string extends NonNullable<Value>
      ? Name
      : never
    : never
}[keyof Columns]

/** Each column of free text says what lies in it; those with a closed set of words, and numbers, only where they say
 *  something of a person. */
export type Holds<Columns> = { readonly [Name in TextName<Columns>]: DataKind } & {
  readonly [Name in keyof Columns]?: DataKind
}

/** `since`: instant from which the age counts; a row that has none stays. */
type HowLong<Columns> =
  | { readonly kept: Exclude<Kept, ByAge>; readonly since?: undefined }
  | { readonly kept: ByAge; readonly since: keyof Columns & string }

/** A table that knows customers or members of staff. `Table`: what a declared table is. */
export type HoldsPeople<Columns, Table> = HowLong<Columns> & {
  readonly holds: Holds<Columns>
  /** Why we keep it, one Chinese line. */
  readonly purpose: string
  /** Column with the external_userid. Absent: no row is one customer's alone. */
  readonly of?: keyof Columns & string
  /** The same where another table knows the customer: rows whose `column` is the `id` of one of that customer's rows. */
  readonly through?: { readonly column: keyof Columns & string; readonly table: Table; readonly of: string }
  /** Texts and JSON in which customers who are not the row's own may be named by their external_userid. */
  readonly mentions?: readonly (keyof Columns & string)[]
  /** On erasure the row stays without the person, because of this law; these columns are emptied. Absent: it is deleted. */
  readonly keptByLaw?: { readonly why: string; readonly emptied: readonly (keyof Columns & string)[] }
}

/** A table that says nothing of anybody. */
export interface HoldsNobody {
  readonly nobody: string
}

/** What a table knows of people, how it is found and what becomes of it when a customer is erased. */
export type Personal<Columns, Table> = HoldsPeople<Columns, Table> | HoldsNobody

/** `why`: for whoever wonders whether it was forgotten. */
export const ofNobody = (why: string): HoldsNobody => ({ nobody: why })

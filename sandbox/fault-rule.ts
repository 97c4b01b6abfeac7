import type { OddCursor, OddField } from './odd-answer.ts'

/** What goes wrong with calls to `path` (all calls without one). */
export interface FaultRule {
  /** Whole path or its end: `externalcontact/mark_tag`. */
  path?: string
  /** Answer HTTP 200 with this errcode. */
  errcode?: number
  /** With these words in its errmsg; 60020, for one, names the caller's IP there. */
  errmsg?: string
  /** Answer with this HTTP status. */
  http?: number
  /** Answer an HTML page, as a proxy in between would. */
  html?: boolean
  /** Keep the caller waiting this long first (real time). */
  hangMs?: number
  /** Cut the connection without an answer: `before` the call is carried out, or `after` it was. */
  cut?: 'before' | 'after'
  /** Forget the token in use: 40014. */
  invalidToken?: boolean
  /** A page shorter than asked for, perhaps empty, with a `next_cursor`. */
  shortPage?: boolean
  /** The call is carried out, and this field of its answer is not as documented. */
  odd?: OddField
  /** The call is carried out, and its pages never end. */
  cursor?: OddCursor
  /** JSON without an errcode, from something in between; the call is not carried out. */
  noErrcode?: boolean
  /** How often; default without end. */
  times?: number
  /** Share of the calls, 0–1; default all. */
  share?: number
}

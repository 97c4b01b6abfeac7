import Type, { type Static } from 'typebox'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import { plainText } from '../../core/kernel/plain-text.ts'
import { checkedBody, instantOf, invalidBody } from '../../engine/http/checked-body.ts'
import { GivenCustomer, type NamedCustomer, namedCustomer } from '../customers/given-customer.ts'

const Id = (maxLength: number) => Type.String({ minLength: 1, maxLength })
/** 组/名, each up to WeCom's 30 characters. */
const Tags = Type.Optional(Type.Array(Type.String({ pattern: '^[^/]+/.+$', maxLength: 61 }), { maxItems: 40 }))

/** Body of POST /api/tags: what another program says of one customer's tags. */
const ToldTagsBody = Type.Object({
  /** The program that says so, as people call it: 会员系统. */
  source: Id(60),
  /** Unique per source. */
  changeId: Id(100),
  customer: GivenCustomer,
  add: Tags,
  remove: Tags,
  /** When it was so: ISO 8601 with offset, or UTC milliseconds; absent, null or empty: now. */
  at: Type.Optional(Type.Union([Type.String({ maxLength: 40 }), Type.Integer({ minimum: 0 }), Type.Null()])),
})

export interface ToldTagsMessage extends Pick<Static<typeof ToldTagsBody>, 'source' | 'changeId'> {
  customer: NamedCustomer
  /** 组/名, each once; `isOn`: borne from then on. */
  tags: { path: string; isOn: boolean }[]
  /** UTC milliseconds. */
  saidAtMs: number | undefined
}

const ABOUT = { what: 'told-tags', zh: '标签' }

/** Throws told-tags.invalid (400) naming fields, never their values. */
export function parseToldTags(value: unknown): ToldTagsMessage {
  const { customer, add = [], remove = [], at, ...ids } = checkedBody(ToldTagsBody, value, ABOUT)
  // One of our databases takes blanks at the end for nothing, the other does not.
  const id = (field: 'source' | 'changeId'): string => {
    const text = plainText(ids[field])
    if (text === '') throw invalidBody([`/${field} must not be blank`], ABOUT)
    return text
  }
  const paths = (written: string[]): string[] => [...new Set(written.map((path) => maskPhones(plainText(path))))]
  const [on, off] = [paths(add), paths(remove)]
  if (on.length + off.length === 0) throw invalidBody(['/add and /remove are both empty'], ABOUT)
  if (off.some((path) => on.includes(path))) throw invalidBody(['/add and /remove name the same tag'], ABOUT)
  return {
    source: id('source'),
    changeId: id('changeId'),
    customer: namedCustomer(customer),
    tags: [...on.map((path) => ({ path, isOn: true })), ...off.map((path) => ({ path, isOn: false }))],
    saidAtMs: at === undefined || at === null || at === '' ? undefined : instantOf(at, { field: '/at', ...ABOUT }),
  }
}

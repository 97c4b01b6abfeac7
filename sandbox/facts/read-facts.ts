import { readFileSync } from 'node:fs'

/** One field of a request or an answer; `a[].b.c` is the way to it, `required` is relative to its parent. */
interface FactField {
  name: string
  type: string
  in?: 'query' | 'body'
  required?: boolean
  note?: string
}
export interface Fact {
  path: string
  method: 'GET' | 'POST'
  group: string
  request: FactField[]
  response: FactField[]
  errcodes: number[]
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'))

/** The 195 documented endpoints, byte for byte as the project's facts have them. */
export const facts = read('./endpoints.json') as readonly Fact[] // that very file
/** Every documented errcode (doc 90313). */
export const errcodes: ReadonlySet<number> = new Set(
  (read('./errcodes.json') as { codes: { code: number }[] }).codes.map(({ code }) => code), // that very file
)

const bare = (name: string): string => name.replaceAll('[]', '')

/** Parameters of the first level; the access token is the gateway's. */
export const parametersOf = (fact: Fact): string[] => [
  ...new Set(
    fact.request.map(({ name }) => bare(name.split('.')[0] ?? name)).filter((name) => name !== 'access_token'),
  ),
]
/** Ways to everything that must be given, `a.b` for both `a.b` and `a[].b`. */
export const requiredOf = (fact: Fact): string[] =>
  fact.request.filter((field) => field.required && field.name !== 'access_token').map(({ name }) => bare(name))

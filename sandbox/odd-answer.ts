import type { SeededRandom } from './random.ts'

/** A field of an answer that is not as documented. */
export interface OddField {
  /** `external_contact_list.1.external_contact.unionid`; `any`: some field of some row of the answer's lists, if it has any. */
  at: string
  is: 'null' | 'absent' | 'otherKind' | 'empty'
}

/** `still`: every page names the same next one; `turning`: two pages name each other. */
export type OddCursor = 'still' | 'turning'

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** The answer with that one field changed; the same where it has no such field. */
export function withOddField(answer: Fields, { at, is }: OddField, random: SeededRandom): Fields {
  const path = at === 'any' ? someField(answer, random) : at.split('.')
  const last = path?.at(-1)
  if (path === undefined || last === undefined) return answer
  const copy = structuredClone(answer)
  let holder: unknown = copy
  for (const step of path.slice(0, -1)) holder = isFields(holder) ? holder[step] : undefined
  if (!isFields(holder) || !(last in holder)) return answer
  if (is === 'absent') delete holder[last]
  else holder[last] = is === 'null' ? null : is === 'empty' ? '' : { odd: true }
  return copy
}

function someField(answer: Fields, random: SeededRandom): string[] | undefined {
  const rows = Object.entries(answer).flatMap(([name, list]) =>
    Array.isArray(list) ? list.map((row: unknown, index) => ({ at: [name, String(index)], row })) : [],
  )
  const fields = rows.flatMap(({ at, row }) => (isFields(row) ? Object.keys(row).map((key) => [...at, key]) : [at]))
  return fields.length === 0 ? undefined : random.pick(fields)
}

/** What the next page is called, when it is asked for with `cursor`. */
export const oddCursor = (kind: OddCursor, cursor: unknown): string =>
  kind === 'turning' && cursor === 'odd-page-1' ? 'odd-page-2' : 'odd-page-1'

/** A name that only `oddCursor` gives: the platform does not know it, and begins anew. */
export const isOddCursor = (cursor: unknown): boolean => cursor === 'odd-page-1' || cursor === 'odd-page-2'

/** What some gateways in front of the platform say in its place; nothing was done. */
export const NO_ERRCODE = { result: false, code: 1_306_404, message: 'no such interface' }

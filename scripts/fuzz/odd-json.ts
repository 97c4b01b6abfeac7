import type { SeededRandom } from '../../sandbox/random.ts'

/** One change to a JSON value: `at` counts its parts from outside in, and begins anew beyond the last. */
export interface JsonChange {
  at: number
  how: keyof typeof WAYS
}

type Holder = Record<string | number, unknown>
const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null

/** Of silence: a part that says nothing any more. What it said before still holds. */
export const SILENT_WAYS = ['null', 'unsaid', 'object', 'odd object', 'deep'] as const

const LONG = 'x'.repeat(5_000)
const deep = (depth: number): unknown => (depth === 0 ? null : { a: [deep(depth - 1)] })
const put =
  (value: unknown) =>
  (holder: Holder, key: string | number): void => {
    holder[key] = structuredClone(value)
  }

const OWN = { enumerable: true, writable: true, configurable: true }

const WAYS = {
  null: put(null),
  absent: (holder: Holder, key: string | number) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete holder[key]
  },
  // A row that is not there is as good as said to be gone: a list keeps its length.
  unsaid: (holder: Holder, key: string | number) => {
    if (Array.isArray(holder)) holder[Number(key)] = null
    else delete holder[key]
  },
  object: put({}),
  'odd object': put({ odd: [null, { odd: 1 }] }),
  deep: put(deep(300)),
  text: put('odd'),
  'empty text': put(''),
  blank: put(' \t\u3000'),
  'long text': put(LONG),
  'odd text': put('\u0000\ud800\u202e😀\r\n'),
  zero: put(0),
  one: put(1),
  negative: put(-1),
  fraction: put(0.5),
  huge: put(1e300),
  'beyond whole': put(2 ** 53 + 2),
  'number as text': put('7'),
  'large number as text': put('99999999999999999999'),
  true: put(true),
  list: put([null, 1, 'odd', {}]),
  'empty list': put([]),
  'list of itself': (holder: Holder, key: string | number) => {
    holder[key] = [structuredClone(holder[key])]
  },
  twice: (holder: Holder, key: string | number) => {
    if (Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]))
  },
  'something more': (holder: Holder) => {
    if (!Array.isArray(holder)) holder.odd_new_field = { odd: [null] }
  },
  // As JSON.parse makes it: a key of its own.
  proto: (holder: Holder) => {
    if (!Array.isArray(holder)) Object.defineProperty(holder, '__proto__', { ...OWN, value: { errcode: 0 } })
  },
}

/** Deeper parts are like those above them. */
const MOST_DEEP = 30

interface Part {
  holder: Holder
  key: string | number
  path: (string | number)[]
}

function partsOf(value: unknown, path: (string | number)[] = []): Part[] {
  if (!isHolder(value) || path.length > MOST_DEEP) return []
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  return keys.flatMap((key) => [{ holder: value, key, path: [...path, key] }, ...partsOf(value[key], [...path, key])])
}

/** A copy with the changes made, and the paths of what was changed. */
export function changeJson(
  value: unknown,
  changes: readonly JsonChange[],
): { value: unknown; changed: Part['path'][] } {
  const copy = structuredClone(value)
  const changed: Part['path'][] = []
  for (const { at, how } of changes) {
    const parts = partsOf(copy)
    const part = parts[at % parts.length]
    if (part === undefined) continue
    changed.push(part.path)
    WAYS[how](part.holder, part.key)
  }
  return { value: copy, changed }
}

const ALL_WAYS = Object.keys(WAYS) as JsonChange['how'][] // its own keys

export const drawChanges = (
  random: SeededRandom,
  most: number,
  ways: readonly JsonChange['how'][] = ALL_WAYS,
): JsonChange[] =>
  Array.from({ length: 1 + random.int(most) }, () => ({ at: random.int(1_000), how: random.pick(ways) }))

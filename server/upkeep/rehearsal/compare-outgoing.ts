import type { ReadTx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import {
  OUTGOING_KINDS,
  type OutgoingAsked,
  type OutgoingKind,
  type OutgoingReader,
  openOutgoing,
  type Told,
} from './read-outgoing.ts'

/** One past, lived through by the older and by the newer rules. */
export interface Both<Of> {
  older: Of
  newer: Of
}

export interface ComparedOutgoing {
  /** How often each thing came to pass, in the order of time. */
  counts: Both<ReadonlyMap<string, number>>
  /** Whom the rules treat differently, who came first in that past first. */
  changed: Record<OutgoingKind, ChangedOutgoing>
}

export interface ChangedOutgoing {
  ids: string[]
  /** What came to the first of them, in the order of time, with its words or why not. */
  examples: (Both<string[]> & { id: string })[]
}

export const MOST_EXAMPLES = 10
/** Things held at a time of each past. */
const PAGE = 10_000

/** Goes through two rehearsals that have come to their end side by side; holds a page of each, ids of those who are treated
 *  differently, and how often each thing was. */
export async function compareOutgoing(
  { older, newer }: Both<ReadTx>,
  asked: OutgoingAsked,
  page = PAGE,
): Promise<ComparedOutgoing> {
  const none = (): ChangedOutgoing => ({ ids: [], examples: [] })
  const changed = { customers: none(), groups: none(), moments: none(), staff: none() }
  if (asked.names.size === 0) return { counts: { older: new Map(), newer: new Map() }, changed }
  const counts: Both<Map<string, number>> = { older: new Map(), newer: new Map() }
  const readers = { older: await openOutgoing(older, asked), newer: await openOutgoing(newer, asked) }
  for (const kind of OUTGOING_KINDS) {
    const pages = pagesOf({ older: readers.older[kind], newer: readers.newer[kind] }, page)
    changed[kind] = await changedOn(pages, counts)
  }
  return { counts: { older: inOrder(counts.older), newer: inOrder(counts.newer) }, changed }
}

const inOrder = (counts: ReadonlyMap<string, number>): Map<string, number> =>
  new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))

type Ways = ReadonlyMap<string, readonly Told[]>

/** The same stretch of both, whoever stands in it; the databases sort by code points, and so by the bytes of UTF-8. */
async function* pagesOf({ older, newer }: Both<OutgoingReader>, page: number): AsyncGenerator<Both<Ways>> {
  const limit = Math.max(1, Math.floor(page / Math.max(1, older.mostEach, newer.mostEach)))
  for (let after = ''; ; ) {
    const next = [...(await older.whose(after, limit)), ...(await newer.whose(after, limit))]
    const inTurn = [...new Set(next)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    const upTo = inTurn.slice(0, limit).at(-1)
    if (upTo === undefined) return
    const span = { after, upTo }
    const byWhose = (told: readonly Told[]): Ways => groupBy(told, ({ whose }) => whose)
    yield { older: byWhose(await older.told(span)), newer: byWhose(await newer.told(span)) }
    after = upTo
  }
}

/** When somebody is first heard of; in the older past before those of the newer alone. */
interface Place {
  id: string
  isNew: boolean
  atMs: number
  nth: number
}

async function changedOn(
  pages: AsyncIterable<Both<Ways>>,
  counts: Both<Map<string, number>>,
): Promise<ChangedOutgoing> {
  const places: Place[] = []
  let examples: { place: Place; older: string[]; newer: string[] }[] = []
  for await (const { older, newer } of pages) {
    tally(older, counts.older)
    tally(newer, counts.newer)
    for (const id of new Set([...older.keys(), ...newer.keys()])) {
      const ways = { older: wayOf(older.get(id)), newer: wayOf(newer.get(id)) }
      const first = older.get(id)?.[0] ?? newer.get(id)?.[0]
      if (first === undefined || ways.older.join('\n') === ways.newer.join('\n')) continue
      const place = { id, isNew: !older.has(id), atMs: first.atMs, nth: first.nth }
      places.push(place)
      examples = [...examples, { place, ...ways }].sort((a, b) => byPlace(a.place, b.place)).slice(0, MOST_EXAMPLES)
    }
  }
  return {
    ids: places.sort(byPlace).map(({ id }) => id),
    examples: examples.map(({ place: { id }, ...ways }) => ({ id, ...ways })),
  }
}

function tally(ways: Ways, counts: Map<string, number>): void {
  for (const told of ways.values()) for (const { what } of told) counts.set(what, (counts.get(what) ?? 0) + 1)
}

const wayOf = (told: readonly Told[] | undefined): string[] =>
  told === undefined ? ['什么也没有'] : told.map(({ what, more }) => `${what}${more}`)

function byPlace(a: Place, b: Place): number {
  if (a.isNew !== b.isNew) return a.isNew ? 1 : -1
  return a.atMs - b.atMs || a.nth - b.nth || (a.id < b.id ? -1 : 1)
}

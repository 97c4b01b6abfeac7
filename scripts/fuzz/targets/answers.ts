import { isDeepStrictEqual } from 'node:util'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { SeededRandom } from '../../../sandbox/random.ts'
import { everyEndpoint, type Shape, wholeAnswer } from '../../../server/platform/wecom/testing/whole-answer.ts'
import type { Endpoint } from '../../../server/platform/wecom/wire/endpoint.ts'
import { isWhole } from '../../../server/platform/wecom/wire/left-out.ts'
import { withoutOne } from '../edit-text.ts'
import { changeJson, drawChanges, type JsonChange } from '../odd-json.ts'
import { type Bench, defineTarget, type Verdict } from '../target.ts'

/** The documented answer of one endpoint, with so many rows in each list, changed. */
interface AnswerCase {
  path: string
  rows: number
  changes: JsonChange[]
}

const SLOW_MS = 2_000

async function open(): Promise<Bench<AnswerCase>> {
  const endpoints = new Map([...(await everyEndpoint())].filter(([, { binary }]) => !binary))
  const paths = [...endpoints.keys()].sort()

  function play({ path, rows, changes }: AnswerCase): Verdict {
    const endpoint = endpoints.get(path)
    if (endpoint === undefined) return { ended: 'no such endpoint any more' }
    const good = wholeAnswer(endpoint.answer, rows)
    const { value, changed } = changeJson(good, changes)
    // As it comes over the wire.
    const answer: unknown = JSON.parse(JSON.stringify(value))
    const before = process.cpuUsage()
    const read = endpoint.readAnswer(answer)
    const { user, system } = process.cpuUsage(before)
    if ((user + system) / 1_000 > SLOW_MS) return { ended: 'slow', wrong: 'took seconds' }
    return 'unreadField' in read
      ? refused(endpoint, read.unreadField, changed)
      : accepted(endpoint, { answer, good, changed }, read)
  }

  return {
    make: (random: SeededRandom) => ({
      path: random.pick(paths),
      rows: random.int(4),
      changes: drawChanges(random, random.pick([1, 1, 3, 8])),
    }),
    play: async (inputs) => inputs.map(play),
    shorten: function* (one) {
      for (const changes of withoutOne(one.changes)) if (changes.length > 0) yield { ...one, changes }
      if (one.rows > 1) yield { ...one, rows: one.rows - 1 }
    },
    figures: () => [`${paths.length} endpoints`],
    close: async () => {},
  }
}

type Path = (string | number)[]

/** A row of a list costs itself, unless the endpoint says that half a list means something else. */
function refused({ whole }: Endpoint, field: string, changed: readonly Path[]): Verdict {
  const ended = 'refused'
  if (field === '') return { ended, wrong: 'refused without the name of a field' }
  const onlyWithinRows = changed.every((path) => path.slice(0, -1).some((step) => typeof step === 'number'))
  return onlyWithinRows && !whole ? { ended, wrong: `one row costs the whole answer: ${field}` } : { ended }
}

interface Played {
  answer: unknown
  good: unknown
  changed: readonly Path[]
}

function accepted(
  endpoint: Endpoint,
  { answer, good, changed }: Played,
  read: { value: unknown; leftOut: readonly object[] },
): Verdict {
  const { value, leftOut } = read
  const ended = leftOut.length === 0 ? 'read' : 'read, rows left out'
  if (!Value.Check(endpoint.answer, value)) return { ended, wrong: 'accepted, and not of the documented shape' }
  if (endpoint.whole && leftOut.length > 0) return { ended, wrong: 'half a list that may only be read whole' }
  if (isWhole(value as object) !== (leftOut.length === 0)) return { ended, wrong: 'left out unseen' }
  for (const list of listsOf(endpoint.answer)) {
    const [given, kept, sample] = [at(answer, list), at(value, list), at(good, list)]
    if (!Array.isArray(given) || !Array.isArray(kept)) continue
    const missing = given.length - kept.length
    if (missing > leftOut.length)
      return { ended, wrong: `${missing} rows gone, ${leftOut.length} told: ${list.join('.')}` }
    const untouched = untouchedRows(list, sample, changed)
    if (kept.filter((row) => untouched.some((one) => isDeepStrictEqual(row, one))).length < untouched.length) {
      return { ended, wrong: `a good row is not kept: ${list.join('.')}` }
    }
  }
  return { ended }
}

/** Rows of the list in which, and around which, nothing was changed. */
function untouchedRows(list: Path, rows: unknown, changed: readonly Path[]): unknown[] {
  const isAround = (path: Path): boolean => list.slice(0, path.length).join() === path.join()
  // A row taken out or put in moves those behind it.
  const isMoved = changed.some((path) => isAround(path) || path.length === list.length + 1)
  if (!Array.isArray(rows) || isMoved) return []
  return rows.filter(
    (_, index) =>
      !changed.some(
        (path) =>
          path.join() === [...list, index].join() || path.slice(0, list.length + 1).join() === [...list, index].join(),
      ),
  )
}

/** Where the lists of an answer are that stand in no other list. */
function listsOf(schema: TSchema, path: Path = []): Path[] {
  const shape: Shape = schema
  if (shape.type === 'array') return [path]
  const parts = [...(shape.allOf ?? []), ...(shape.anyOf?.slice(0, 1) ?? [])].flatMap((part) => listsOf(part, path))
  return [...parts, ...Object.entries(shape.properties ?? {}).flatMap(([name, one]) => listsOf(one, [...path, name]))]
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (now, step) => (typeof now === 'object' && now !== null ? (now as Record<string, unknown>)[step] : undefined),
    value,
  )

export const answers = defineTarget<AnswerCase>({
  name: 'answers',
  says: 'answers of every endpoint with odd fields: read or refused by name, a row costs itself alone, nothing is left out unseen',
  count: 95_000,
  brief: 1_000,
  batch: 100,
  open,
})

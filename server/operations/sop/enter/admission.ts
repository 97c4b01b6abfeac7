import { drawPoint } from '../../../core/kernel/draw.ts'
import { NO_GUIDE } from '../../../records/customers/no-guide.ts'
import { NO_MARKETING } from '../../../rules/book/no-marketing.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'
import type { FactShape, Facts } from '../../../rules/condition/fact.ts'
import { factPaths } from '../../../rules/condition/parse-condition.ts'
import type { Entry } from '../model/sop-entry.ts'
import { versionFor } from '../model/version-for.ts'
import { holderAmong } from './exclusive-group.ts'
import { noNews, notAgain, notMeant, notReleased, notTheTime, notValid, type Refused, refused } from './refusal.ts'

const NO_CONSENT = '客户拒绝了营销，不自动联系'

/** What brings a customer to a journey: an event, a step of another journey, or a look at everybody, which is for these
 *  versions only. */
export type Occasion = { kind: 'event' } | { kind: 'step' } | { kind: 'look'; versions: readonly Sop[] }

/** What is known of one customer before any fact about them is read. */
export interface Arrival {
  externalUserId: string
  occasion: Occasion
  /** As of when they are judged, UTC milliseconds. */
  atMs: number
  /** Their last time in this journey. */
  latest: Entry | undefined
  /** Their guide, who would act; undefined: nobody follows them. */
  userId: string | undefined
  /** They have refused that we write to them by ourselves. */
  hasRefused: boolean
  /** They belong to those who get no marketing at all. */
  getsNone: boolean
}

export interface Known extends Arrival {
  /** Values of `factsAsked` at least. */
  facts: Facts
  /** The journeys that they are in, at least those of the same exclusive groups, as the rule book has them. */
  inside: readonly Sop[]
  /** What the facts are called, to say why. */
  words: readonly FactShape[]
}

export interface Admitted {
  kind: 'admitted'
  /** The version that they get. */
  sop: Sop
  userId: string
  /** They are one of those who are only watched, to know what the journey brings. */
  heldOut: boolean
  /** The facts that decided, for people to read; null: not known. */
  seen: Record<string, unknown>
}

/** May this customer enter this journey, as released, and in which version. Events, looks at everybody, steps of other
 *  journeys and the explanation all ask here, so that what is explained is what was decided. Pure. */
export function admit(released: Sop, known: Known): Admitted | Refused {
  const door = atTheDoor(released, known)
  if (door.kind === 'refused') return door
  const { sop, userId } = door
  const { externalUserId, occasion, facts, latest, atMs } = known
  const isLook = occasion.kind === 'look'
  const no =
    notMeant(sop, known) ??
    held(sop, known) ??
    (isLook ? (notTheTime(sop, known) ?? noNews(sop, latest, facts, atMs)) : undefined)
  if (no !== undefined) return no
  const seen = Object.fromEntries(pathsOf(sop, occasion).map((path) => [path, facts.get(path) ?? null]))
  return { kind: 'admitted', sop, userId, heldOut: isHeldOut(sop, externalUserId), seen }
}

/** The beginning of `admit`: whether this customer is refused whatever the facts about them are. Who is not, in which
 *  version the facts decide about them; only then they need to be read. */
export function atTheDoor(
  released: Sop,
  { externalUserId, occasion, latest, atMs, userId, hasRefused, getsNone }: Arrival,
): { kind: 'let-through'; sop: Sop; userId: string } | Refused {
  const sop = versionFor(released, externalUserId)
  if (sop === undefined) return notReleased(released)
  if (occasion.kind === 'look' && !occasion.versions.includes(sop)) {
    return refused('other-version', '这位客户走的版本不在这个时候看名单')
  }
  if (sop.value.enabled === false) return refused('switched-off', '没有启用')
  const no = notValid(sop, atMs) ?? notAgain(sop, latest, atMs)
  if (no !== undefined) return no
  if (hasRefused) return refused('no-consent', NO_CONSENT)
  if (getsNone) return refused('no-marketing', NO_MARKETING)
  // Without a guide there is nobody to act.
  return userId === undefined ? refused(NO_GUIDE.code, NO_GUIDE.zh) : { kind: 'let-through', sop, userId }
}

/** The facts that decide about those who are let through, in any version of this journey. */
export const factsAsked = (released: Sop, occasion: Occasion): string[] => [
  ...new Set([released, released.canary?.sop].flatMap((sop) => (sop === undefined ? [] : pathsOf(sop, occasion)))),
]

const pathsOf = (sop: Sop, { kind }: Occasion): string[] =>
  factPaths({ kind: 'all', of: kind === 'look' ? [sop.own, sop.when] : [sop.when] })

function held(sop: Sop, { inside }: Known): Refused | undefined {
  const holder = holderAmong(inside, sop)
  return holder === undefined ? undefined : refused('rival', `客户在同组的 SOP「${holder}」里，它的优先级不低`)
}

/** Always the same customers, whatever the journey is called by now. */
const isHeldOut = ({ name, firstName = name, value: { holdOut } }: Sop, externalUserId: string): boolean =>
  holdOut !== undefined && drawPoint(`hold-out:${firstName}`, externalUserId) * 100 < holdOut.percent

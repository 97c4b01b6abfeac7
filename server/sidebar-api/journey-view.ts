import { VOCABULARY } from '../capabilities/vocabulary.ts'
import type { Journey } from '../operations/sop/explain/sop-queries.ts'
import type { NotIn } from '../operations/sop/explain/why-not.ts'
import { factsText } from '../operations/sop/model/facts-text.ts'
import type { RuleBook } from '../rules/book/rule-book.ts'
import type { JourneyWhy, NotInWhy } from './contract.ts'
import { guideWords } from './guide-words.ts'
import { factsOf } from './why.ts'

const wordsOf = (text: string | undefined): string | null => (text === undefined ? null : guideWords(text))

/** One journey with its steps, as a guide reads it. */
export const journeyView = (journey: Journey, book: Pick<RuleBook, 'sops'>): JourneyWhy => ({
  title: journey.title,
  version: journey.version,
  state: journey.state,
  isWatched: journey.heldOut,
  enteredAtMs: journey.enteredAtMs,
  entered: guideWords(journey.entered),
  facts: factsOf(journey.seen, book),
  now: wordsOf(journey.now),
  next: wordsOf(journey.next),
  nextAtMs: journey.nextAtMs ?? null,
  endedAtMs: journey.endedAtMs ?? null,
  endReason: wordsOf(journey.endReason),
  steps: journey.steps
    .filter((step) => !isUnderWay(step, journey))
    .map((step) => stepView(step, book))
    .reverse(),
})

/** The wait that the customer is in is told by `now`. */
const isUnderWay = ({ kind, position }: Journey['steps'][number], journey: Journey): boolean =>
  kind === 'wait' && journey.state === 'active' && position === journey.position

function stepView(
  { atMs, outcome, reason }: Journey['steps'][number],
  book: Pick<RuleBook, 'sops'>,
): JourneyWhy['steps'][number] {
  const seen = reason?.facts ?? {}
  return {
    atMs,
    // A branch says its facts in its line already; here they stand below it.
    text: guideWords(outcome.replace(`（${factsText(seen, VOCABULARY.facts)}）`, '')),
    facts: factsOf(seen, book),
    version: reason?.rule?.version ?? null,
  }
}

export const notInView = ({ title, version, why, last }: NotIn): NotInWhy => ({
  title,
  version,
  why: guideWords(why),
  last: last === undefined ? null : { ...last, text: guideWords(last.text) },
})

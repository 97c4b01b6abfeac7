import type { Tx } from '../../core/db/tx.ts'
import type { RuleBook, Sop } from '../book/rule-book.ts'
import { type Author, nextForFile, type Release } from './release.ts'
import { releaseStore } from './release-store.ts'

const writtenOf = ({ name, version, value }: Sop) => ({
  name,
  version,
  rollout: value.rollout,
  inside: value.inside ?? 'finish',
})

/** Journeys of this book that are news to the release log. */
export async function unreleased(tx: Tx, book: RuleBook, nowMs: number): Promise<Sop[]> {
  const latest = await releaseStore.latest(tx)
  return [...book.sops.values()].filter((sop) => nextForFile(latest.get(sop.name), writtenOf(sop), nowMs) !== undefined)
}

/** Writes what these files, as they are now, add to the release log; safe to repeat and from two processes. Gives the
 *  last line of every SOP's log. */
export async function settleReleases(
  tx: Tx,
  book: RuleBook,
  { nowMs, authors }: { nowMs: number; authors: ReadonlyMap<string, Author> },
): Promise<Map<string, Release>> {
  const latest = await releaseStore.latest(tx)
  for (const sop of book.sops.values()) {
    const last = latest.get(sop.name)
    const draft = nextForFile(last, writtenOf(sop), nowMs)
    if (draft === undefined) continue
    const author = authors.get(sop.name) ?? { name: undefined, source: 'unknown' }
    // Another process may have been quicker with the same line; what it wrote is as good.
    await releaseStore.append(tx, last, draft, { atMs: nowMs, author })
    const written = await releaseStore.latestOf(tx, sop.name)
    if (written !== undefined) latest.set(sop.name, written)
  }
  return latest
}

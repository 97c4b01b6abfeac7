import type { Tx } from '../../core/db/tx.ts'
import type { RuleBook, Sop } from '../book/rule-book.ts'
import { type Author, nextForFile, nextForGone, type Release, type ReleaseDraft } from './release.ts'
import { releaseStore } from './release-store.ts'

const writtenOf = ({ name, version, value }: Sop) => ({
  name,
  isEnabled: value.enabled !== false,
  version,
  rollout: value.rollout,
  inside: value.inside ?? 'finish',
})

/** Journeys of this book that are news to the release log, and the names of those that it misses. */
export async function unreleased(tx: Tx, book: RuleBook, nowMs: number): Promise<{ news: Sop[]; gone: string[] }> {
  const latest = await releaseStore.latest(tx)
  const sops = [...book.sops.values()]
  return {
    news: sops.filter((sop) => nextForFile(latest.get(sop.name), writtenOf(sop), nowMs) !== undefined),
    gone: [...goneFrom(book, latest)].map(({ last }) => last.sop),
  }
}

/** What the log has and the book has not, where the log does not say so yet. */
function* goneFrom(book: RuleBook, latest: ReadonlyMap<string, Release>) {
  for (const [name, last] of latest) {
    const draft = book.sops.has(name) ? undefined : nextForGone(last)
    if (draft !== undefined) yield { last, draft }
  }
}

/** Writes what these files, as they are now, add to the release log; safe to repeat and from two processes. Gives the
 *  last line of every SOP's log. */
export async function settleReleases(
  tx: Tx,
  book: RuleBook,
  { nowMs, authors }: { nowMs: number; authors: ReadonlyMap<string, Author> },
): Promise<Map<string, Release>> {
  const latest = await releaseStore.latest(tx)
  async function write(last: Release | undefined, draft: ReleaseDraft): Promise<void> {
    const author = authors.get(draft.sop) ?? { name: undefined, source: 'unknown' }
    // Another process may have been quicker with the same line; what it wrote is as good.
    await releaseStore.append(tx, last, draft, { atMs: nowMs, author })
    const written = await releaseStore.latestOf(tx, draft.sop)
    if (written !== undefined) latest.set(draft.sop, written)
  }
  for (const sop of book.sops.values()) {
    const last = latest.get(sop.name)
    const draft = nextForFile(last, writtenOf(sop), nowMs)
    if (draft !== undefined) await write(last, draft)
  }
  for (const { last, draft } of [...goneFrom(book, latest)]) await write(last, draft)
  return latest
}

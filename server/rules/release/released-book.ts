import type { ReadTx } from '../../core/db/tx.ts'
import type { RuleBook, Sop } from '../book/rule-book.ts'
import type { FactShape } from '../condition/fact.ts'
import { storedSop } from '../versions/rule-version-store.ts'
import type { Release } from './release.ts'

/** A journey whose released version cannot be had any more; the files' version stands in for it. */
export interface Unreadable {
  sop: string
  version: string
  error: unknown
}

/** The book of the files with each journey in its released version: the stable one, and beside it the canary. */
export async function releasedBook(
  tx: ReadTx,
  book: RuleBook,
  { releases, facts }: { releases: ReadonlyMap<string, Release>; facts: readonly FactShape[] },
): Promise<{ book: RuleBook; unreadable: Unreadable[] }> {
  const unreadable: Unreadable[] = []

  async function versionOf(written: Sop, version: string): Promise<Sop> {
    if (version === written.version) return written
    try {
      const stored = await storedSop(tx, written.name, version, { file: written.file, facts })
      if (stored !== undefined) return stored
      unreadable.push({ sop: written.name, version, error: new Error('the version is not stored') })
    } catch (error) {
      unreadable.push({ sop: written.name, version, error })
    }
    return written
  }

  async function released(written: Sop): Promise<Sop> {
    const release = releases.get(written.name)
    if (release === undefined) return written
    const { stable, canary, rollout } = release
    const first = release.firstName === undefined ? {} : { firstName: release.firstName }
    const forAll = { ...(stable === undefined ? written : await versionOf(written, stable)), ...first }
    if (canary === undefined) {
      return stable === undefined ? { ...forAll, canary: { sop: written, percent: 0, isOnly: true } } : forAll
    }
    const onTrial: Sop = { ...(await versionOf(written, canary)), ...first, isCanary: true }
    return { ...forAll, canary: { sop: onTrial, percent: rollout?.percent ?? 0, isOnly: stable === undefined } }
  }

  const sops = new Map<string, Sop>()
  for (const written of book.sops.values()) sops.set(written.name, await released(written))
  return { book: { ...book, sops }, unreadable }
}

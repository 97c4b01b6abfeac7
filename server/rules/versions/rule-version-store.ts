import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { bindBook, type RuleSources } from '../book/bind-book.ts'
import { sopOf } from '../book/bind-sop.ts'
import type { RuleBook, Sop } from '../book/rule-book.ts'
import { canonicalJson } from '../book/rule-version.ts'
import type { FactShape } from '../condition/fact.ts'
import type { SopRule } from '../schema/sop-rule.ts'

export type VersionedKind = 'channel' | 'welcome' | 'pool' | 'script' | 'sop' | 'send' | 'ladder'

/** Keeps every rule of the book by its version, for people who are half-way through it and for explanations later.
 *  Safe to repeat. */
export async function rememberVersions(tx: Tx, book: RuleBook, nowMs: number): Promise<void> {
  const lists: Record<VersionedKind, ReadonlyMap<string, { name: string; version: string; value: unknown }>> = {
    channel: book.channels,
    welcome: book.welcomes,
    pool: book.pools,
    script: book.scripts,
    sop: book.sops,
    send: book.sends,
    ladder: book.ladders,
  }
  const rows = Object.entries(lists).flatMap(([kind, rules]) =>
    [...rules.values()].map(({ name, version, value }) => ({
      kind,
      name,
      version,
      content: canonicalJson(value),
      first_seen_at: nowMs,
    })),
  )
  if (rows.length > 0) await tx.insertIgnore('rule_version', rows)
}

/** One version of a rule as it was written (`SopRule` for `sop` and so on); undefined when it was never in force. */
export async function ruleVersion<Value>(
  tx: ReadTx,
  kind: VersionedKind,
  name: string,
  version: string,
): Promise<Value | undefined> {
  const row = await tx.row<{ content: string }>(
    'SELECT content AS content FROM rule_version WHERE kind = ? AND name = ? AND version = ?',
    [kind, name, version],
  )
  // It was checked against the schema of its kind before it was kept, which makes the cast true.
  return row === undefined ? undefined : (JSON.parse(row.content) as Value)
}

/** A journey as a stored version says; undefined when that was never in force. Throws rules.condition-invalid when it
 *  asks for a fact that is no longer known. */
export async function storedSop(
  tx: ReadTx,
  name: string,
  version: string,
  { file, facts }: { file: string; facts: readonly FactShape[] },
): Promise<Sop | undefined> {
  const value = await ruleVersion<SopRule>(tx, 'sop', name, version)
  // The version stays what it was called, whatever a later release of ours would make of it.
  return value === undefined ? undefined : { ...sopOf({ name, file, value }, facts), version }
}

/** Every version of a journey that was ever in force, oldest first. */
export async function sopVersionsOf(tx: Tx, name: string): Promise<{ version: string; firstSeenMs: number }[]> {
  const rows = await tx.rows<{ version: string; first_seen_at: number }>(
    `SELECT version, first_seen_at FROM rule_version WHERE kind = 'sop' AND name = ? ORDER BY first_seen_at, version`,
    [name],
  )
  return rows.map((row) => ({ version: row.version, firstSeenMs: row.first_seen_at }))
}

const CURRENT = 'current'

/** Keeps the book in force as a whole, so that a restart with broken files goes on with it. */
export async function saveBook(tx: Tx, version: string, sources: RuleSources, nowMs: number): Promise<void> {
  const row = { name: CURRENT, version, content: JSON.stringify(sources), saved_at: nowMs }
  await tx.upsert('rule_book', [row], ['name'])
}

/** The book that was in force last; undefined when there was none. */
export async function savedBook(tx: ReadTx, facts: readonly FactShape[]): Promise<RuleBook | undefined> {
  const row = await tx.row<{ content: string }>('SELECT content AS content FROM rule_book WHERE name = ?', [CURRENT])
  return row === undefined ? undefined : await bindBook(JSON.parse(row.content) as RuleSources, facts)
}

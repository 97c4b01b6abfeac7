import { pick, select, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { bindBook, type RuleSources } from '../book/bind-book.ts'
import { sopOf } from '../book/bind-sop.ts'
import type { RuleBook, Sop } from '../book/rule-book.ts'
import { canonicalJson } from '../book/rule-version.ts'
import type { FactShape } from '../condition/fact.ts'
import type { SopRule } from '../schema/sop-rule.ts'
import { RULE_BOOK, RULE_VERSION, type VersionedKind } from './rule-tables.ts'

const v = RULE_VERSION

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
    moment: book.moments,
    ladder: book.ladders,
  }
  const kinds = Object.keys(lists) as VersionedKind[]
  const rows = kinds.flatMap((kind) =>
    [...lists[kind].values()].map(({ name, version, value }) => ({
      kind,
      name,
      version,
      content: canonicalJson(value),
      first_seen_at: nowMs,
    })),
  )
  if (rows.length > 0) await tx.insertIgnore(v, rows)
}

/** One version of a rule as it was written (`SopRule` for `sop` and so on); undefined when it was never in force. */
export async function ruleVersion<Value>(
  tx: ReadTx,
  kind: VersionedKind,
  name: string,
  version: string,
): Promise<Value | undefined> {
  const row = await tx.row(
    sql`SELECT ${pick(v, 'content')} FROM ${v}
        WHERE ${v.kind} = ${kind} AND ${v.name} = ${name} AND ${v.version} = ${version}`,
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
export const sopVersionsOf = (tx: Tx, name: string): Promise<{ version: string; firstSeenMs: number }[]> =>
  tx.rows(
    sql`SELECT ${select({ version: v.version, firstSeenMs: v.first_seen_at })} FROM ${v}
        WHERE ${v.kind} = 'sop' AND ${v.name} = ${name} ORDER BY ${v.first_seen_at}, ${v.version}`,
  )

/** The name of its row. */
export const CURRENT = 'current'

/** Keeps the book in force as a whole, so that a restart with broken files goes on with it. */
export async function saveBook(tx: Tx, version: string, sources: RuleSources, nowMs: number): Promise<void> {
  const row = { name: CURRENT, version, content: JSON.stringify(sources), saved_at: nowMs }
  await tx.upsert(RULE_BOOK, [row], ['name'])
}

/** Whether it is the book that came into force last in any process that lives. Not so of the rules of a process that could read
 *  none yet, unless nobody ever had any; where none is kept, as in a rehearsal, each is. */
export async function isNewestBook(tx: ReadTx, { version }: Pick<RuleBook, 'version'>): Promise<boolean> {
  const row = await tx.row(
    sql`SELECT ${pick(RULE_BOOK, 'version')} FROM ${RULE_BOOK} WHERE ${RULE_BOOK.name} = ${CURRENT}`,
  )
  return row === undefined || row.version === version
}

/** The book that was in force last; undefined when there was none. */
export async function savedBook(tx: ReadTx, facts: readonly FactShape[]): Promise<RuleBook | undefined> {
  const sources = await savedSources(tx)
  return sources === undefined ? undefined : await bindBook(sources, facts)
}

/** What that book was made of. */
export async function savedSources(tx: ReadTx): Promise<RuleSources | undefined> {
  const row = await tx.row(
    sql`SELECT ${pick(RULE_BOOK, 'content')} FROM ${RULE_BOOK} WHERE ${RULE_BOOK.name} = ${CURRENT}`,
  )
  return row === undefined ? undefined : (JSON.parse(row.content) as RuleSources)
}

import type { LeftOut, Table } from '../core/db/define-table.ts'
import type { ReadTx, Tx } from '../core/db/tx.ts'
import type { Nothing } from '../core/kernel/nothing.ts'
import type { Capability } from '../engine/capability.ts'
import type { Rewind } from '../engine/inbox/rewind.ts'
import type { NamedRule, RuleRename } from '../rules/book/rule-rename.ts'
import type { Fact } from '../rules/condition/fact.ts'
import type { LifeSign } from './facts/silence-fact.ts'
import type { OwnEvent } from './own-event.ts'

/** One part of what we know or do, with everything that others must know of it. `capabilities/` lists them all, and
 *  whatever goes over all of them (the wiring, rule files, webhooks, rehearsals) is made from that list. Nothing that a new
 *  one could forget is optional: it is there, or the manifest says why not. */
export interface Manifest<
  Name extends string = string,
  Needs extends string = string,
  Deps extends object = never,
  Made extends object = object,
> {
  /** How the others call it in `needs` and in their dependencies. */
  readonly name: Name
  /** The capabilities that `create` uses; their queries and functions, never their tables. */
  readonly needs: readonly Needs[]
  /** All that are its own; each says how a rehearsal copies it, or why not. */
  readonly tables: readonly Table[]
  /** What rules may ask about a customer. */
  readonly facts: readonly Fact[]
  /** The rows by which `silence.days` knows that a customer is still there. */
  readonly lifeSigns?: readonly LifeSign[]
  /** Those of ours that it emits; WeCom's own belong to the platform. */
  readonly events: readonly OwnEvent[]
  /** Kinds of its timeline notes that webhooks may be told of, as `decision.<kind>`. */
  readonly decisions?: readonly string[]
  /** How a copy of its tables goes back in time for a backtest. Of one copy only: it remembers what it took away. */
  readonly rewind: (() => Rewind) | LeftOut
  /** Open work that holds the userid of a member who was renamed goes over to the new one. Safe to repeat. */
  readonly renames: Renames<Made> | Nothing
  /** Somebody is known under a further name: what was told of them under that name before is matched now. Safe to repeat. */
  readonly identified: Identified<Made> | Nothing
  /** What its rows keep under names that the rules give. */
  readonly ruleNames: RuleNames | Nothing
  create(deps: Deps): Made
}

export interface RuleNames {
  /** What is kept under the old name is kept under the new one; what the new one has already stays. Safe to repeat. */
  rename(tx: Tx, renamed: RuleRename): Promise<void>
  /** Is there anything under this name that would be lost with it? */
  isInUse(tx: ReadTx, named: NamedRule): Promise<boolean>
}

/** What `create` gives: the lists of a capability, and whatever else the others may use. */
export type Offering<Made> = { [Key in keyof Made]: Key extends keyof Capability ? Capability[Key] : unknown }

export interface RenamedStaff {
  oldUserId: string
  newUserId: string
  /** UTC milliseconds. */
  atMs: number
}
// Methods, so that the manifest of one capability still counts as a manifest of any.
export type Renames<Made> = { follow(tx: Tx, renamed: RenamedStaff, made: Made): Promise<unknown> }['follow']
export type Identified<Made> = { match(tx: Tx, externalUserId: string, made: Made): Promise<unknown> }['match']

/** Checks a manifest and keeps its types: `create` gets what it says, and gives what others get under `name`. */
export const defineCapability = <
  const Name extends string,
  const Needs extends string,
  Deps extends object,
  Made extends Offering<Made>,
>(
  manifest: Manifest<Name, Needs, Deps, Made>,
): Manifest<Name, Needs, Deps, Made> => manifest

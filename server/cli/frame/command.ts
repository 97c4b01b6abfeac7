import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { RoleGrant } from '../../rules/schema/role-rules.ts'
import type { CommandScope, ScopesOf } from './command-scope.ts'
import { flag, type Slot, type Slots, type ValuesOf } from './slot.ts'

/** What a command works with. */
export interface Desk {
  /** The server's database, opened when first asked for. Never made: throws cli.no-database where the server has not been. */
  db(): Promise<Db>
  /** For a command that goes on for long without it. */
  closeDb(): Promise<void>
  /** False where the server never ran: a check of files does without. */
  hasDatabase(): boolean
  clock: Clock
  env: Record<string, string | undefined>
  /** Who sits there and where, for the audit and for the roles that roles.yaml gives operators. */
  operator: { name: string; host: string }
  /** Roles in force. */
  grants(): Promise<readonly RoleGrant[]>
  screen: Screen
}

/** Where a command tells how it goes on; what it gives in the end is its answer. A terminal gets a bar that moves. */
export interface Screen {
  note(line: string): void
  /** Overwrites the last bar; undefined where the screen is no terminal. */
  bar: ((text: string) => void) | undefined
}

export interface Sheet {
  header: readonly string[]
  rows: readonly (readonly (string | number | null)[])[]
}

/** What a command found or did, in the form for each reader. */
export interface Answer {
  /** For people. */
  text: string
  /** For programs, by `--json`: anything JSON can say, maps and sets, too. */
  data: unknown
  /** For tables, by `--csv`; of a command that `lists`. */
  sheet?: Sheet
  /** The answer is no, or there is something to mend: exit code 1. */
  isNo?: boolean
  /** Of a command that changes something, for the audit. */
  changed?: readonly Changed[]
  /** The customers whom it shows or changes, where it is about single ones; external_userids, for the audit. */
  about?: readonly string[]
  /** Beside the answer, on the error stream. */
  remark?: string
}

/** Something that a command has changed: how it was, and how it is now. Short; no names and no words of persons. */
export interface Changed {
  /** Which thing, as lists show it. */
  of: string
  /** external_userid, where it is somebody's. */
  customer?: string | undefined
  /** Absent: there was none; there is none any more. */
  before?: unknown
  after?: unknown
}

/** Of a command that changes something; nothing changed: empty. */
export interface ChangeAnswer extends Answer {
  changed: readonly Changed[]
}

export type Form = 'text' | 'json' | 'csv'

/** What people read at once, and what a file may hold, which they filter. */
export const mostListed = (form: Form): number => (form === 'text' ? 200 : 100_000)

type Audited = 'no' | 'look' | 'change'

interface CommandText {
  /** What it does, one Chinese line. */
  says: string
  /** What the audit keeps of it: nothing, that somebody looked at persons, or that something was changed. */
  audited: Audited
  /** Whom roles.yaml lets run it. */
  scope: CommandScope
  /** What else its own help tells. */
  more?: string
  /** A list comes out: `--csv`. */
  lists?: true
}

export interface Command extends CommandText {
  /** The word that calls it; empty: what the program does without one. */
  name: string
  /** In the order in which they stand; those that may be left out come last. */
  words: Slots
  options: Slots
  run(values: Record<string, unknown>, desk: Desk, form: Form): Promise<Answer>
}

/** A command with its places, whose values come to `run` by the names given here. */
export function defineCommand<const Words extends Slots, const Options extends Slots, const How extends Audited>(
  command: CommandText & {
    name: string
    audited: How
    scope: ScopesOf[How]
    words?: Words
    options?: Options
    run(
      values: ValuesOf<Words> & ValuesOf<Options>,
      desk: Desk,
      form: Form,
    ): Promise<How extends 'change' ? ChangeAnswer : Answer>
  },
): Command {
  const { words = {}, options = {}, run, ...rest } = command
  return {
    ...rest,
    words,
    options,
    // The values were read by the slots of these very names.
    run: (values, desk, form) => run(values as ValuesOf<Words> & ValuesOf<Options>, desk, form),
  }
}

/** What stands behind one `npm run`. */
export interface Program {
  /** The name of its npm script. */
  name: string
  says: string
  commands: readonly Command[]
  /** What else its help tells. */
  more?: string
}

/** Understood by every command. */
export const COMMON = {
  json: flag('给程序读的结果（JSON）'),
  csv: flag('给表格软件的结果（CSV，Excel 直接打开）'),
  help: flag('这一页'),
} satisfies Record<string, Slot<boolean>>

import type { Program, Screen } from '../cli/frame/command.ts'
import { operatorGrants } from '../cli/frame/operator-grants.ts'
import type { Outcome } from '../cli/frame/outcome.ts'
import { runProgram } from '../cli/frame/run-program.ts'
import type { Db } from '../core/db/db.ts'
import type { Clock } from '../core/kernel/clock.ts'

export interface CommandScene {
  /** Absent: the server never ran. */
  db?: Db
  clock: Clock
  /** The config folder. */
  configDir?: string
  env?: Record<string, string>
  screen?: Screen
  /** When the command gives the database up; asking for it afterwards fails. */
  onClose?: () => void
}

/** Runs a program of the command line beside a server that a test has made; `words` as typed, one each. */
export function runCommand(
  program: Program,
  words: readonly string[],
  scene: CommandScene,
  { operator = 'tester' }: { operator?: string } = {},
): Promise<Outcome> {
  const { db, clock, configDir, env = {}, screen = { note: () => undefined, bar: undefined }, onClose } = scene
  let isClosed = false
  return runProgram(program, words, {
    db: async () => {
      if (db === undefined || isClosed) throw new Error('there is no database')
      return db
    },
    closeDb: async () => {
      isClosed = true
      onClose?.()
    },
    hasDatabase: () => db !== undefined,
    clock,
    grants: async () => (db === undefined ? [] : operatorGrants(db, () => configDir ?? '')),
    operator: { name: operator, host: 'desk' },
    env: { ...(configDir === undefined ? {} : { HUOSHUI_CONFIG: configDir }), ...env },
    screen,
  })
}

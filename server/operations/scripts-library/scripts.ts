import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { createScriptOutcomes } from './script-outcomes.ts'
import { createScriptsLibrary, type ScriptsLibraryDeps } from './scripts-library.ts'

/** The scripts of the rules, and what became of those that were sent. */
export const createScripts = (deps: ScriptsLibraryDeps & { db: Db; clock: Clock }) => ({
  ...createScriptsLibrary(deps),
  ...createScriptOutcomes(deps),
})
export type Scripts = ReturnType<typeof createScripts>

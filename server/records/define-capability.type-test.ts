import { id } from '../core/db/columns.ts'
import { defineTable } from '../core/db/define-table.ts'
import { ofNobody } from '../core/db/personal-data.ts'
import { nothing } from '../core/kernel/nothing.ts'
import type { Job } from '../engine/jobs/job.ts'
import { defineCapability } from './define-capability.ts'

/* Never run: the compiler refuses each of these, because something is left out that must be said. */

const notes = {
  name: 'notes',
  needs: [],
  tables: [],
  facts: [],
  events: [],
  rewind: { leftOut: 'a reason' },
  renames: nothing('a reason'),
  ruleNames: nothing('of this test'),
  identified: nothing('a reason'),
  create: () => ({}),
} as const

defineCapability(notes)

const { renames: _renames, ...withoutRenames } = notes
// @ts-expect-error whether it follows renamed members
defineCapability(withoutRenames)

const { identified: _identified, ...withoutIdentified } = notes
// @ts-expect-error whether it was told of people before they were known
defineCapability(withoutIdentified)

const { rewind: _rewind, ...withoutRewind } = notes
// @ts-expect-error how its tables go back in time
defineCapability(withoutRewind)

const { tables: _tables, ...withoutTables } = notes
// @ts-expect-error which tables are its own
defineCapability(withoutTables)

// @ts-expect-error a reason is words
defineCapability({ ...notes, renames: nothing() })

// @ts-expect-error jobs are jobs, whatever else it gives to the others
defineCapability({ ...notes, create: () => ({ jobs: ['later'] }) })

// @ts-expect-error whether a rehearsal copies the table
defineTable('note', { id: id() }, { personal: ofNobody('a test') })

// @ts-expect-error when it is due, or why a rehearsal leaves it out
export const late: Job = { name: 'notes.late', everyMs: 1_000, run: async () => undefined }

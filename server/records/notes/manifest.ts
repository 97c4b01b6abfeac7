import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { noteTables } from './note-tables.ts'
import { createNotes } from './notes.ts'

export const notes = defineCapability({
  name: 'notes',
  needs: ['timeline'],
  tables: noteTables,
  facts: [],
  events: [],
  rewind: leftOut('no rule reads notes'),
  renames: nothing('who wrote it stays who wrote it'),
  identified: nothing('notes are about customers of ours'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createNotes,
})

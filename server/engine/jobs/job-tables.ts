import { instant, longText, nullable, primary, text } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

export const JOB_RUN = defineTable(
  'job_run',
  {
    name: primary(text(80)),
    next_at: instant(),
    lease_until: nullable(instant()),
    lease_by: nullable(text(40)),
    last_at: nullable(instant()),
    last_error: nullable(longText()),
  },
  {
    personal: ofNobody('jobs of ours'),
    snapshot: leftOut('says how the server works, not what is known of customers'),
  },
)

export const jobTables: Table[] = [JOB_RUN]

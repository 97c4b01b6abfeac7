import { feedbackDays } from './feedback-days.ts'
import { missedChanges } from './missed-changes.ts'
import { syncRuns } from './sync-run.ts'

/** What is on record of the readings of the corp: runs, what they found, what WeCom counts and we did not hear. */
export const syncQueries = { ...syncRuns, missedChanges, feedback: feedbackDays }
export type SyncQueries = typeof syncQueries

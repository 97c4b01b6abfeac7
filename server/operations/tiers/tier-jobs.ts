import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import type { RowsDue } from '../../core/db/rows-due.ts'
import { list, sql } from '../../core/db/sql.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { CarryOut } from './carry-out.ts'
import type { GuidePlaces } from './guide-places.ts'
import type { ProposalState } from './tier-states.ts'
import { TIER_PROPOSAL } from './tier-tables.ts'

export interface TierJobsDeps {
  db: Db
  rules: Pick<RuleBookHolder, 'current'>
  guidePlaces: Pick<GuidePlaces, 'assign'>
  carryOut: Pick<CarryOut, 'answered' | 'failed'>
}

const BATCH = 50
/** All that are under way are looked at; each takes two reads of an index. */
const MOST_STARTED = 1_000

const proposalsIn = (...states: ProposalState[]): RowsDue => ({
  table: TIER_PROPOSAL,
  where: sql`${TIER_PROPOSAL.state} IN ${list(states)}`,
})

/** A move to another level's guides. */
const BY_PEOPLE = 'it waits for people, and hands customers over on the platform'

export function createTierJobs({ db, rules, guidePlaces, carryOut }: TierJobsDeps): Job[] {
  async function assign(): Promise<void> {
    for (const ladder of rules.current().ladders.values()) {
      for (const level of ladder.levels) {
        if (level.value.guides === undefined) continue
        while ((await db.tx((tx) => guidePlaces.assign(tx, ladder, level))) > 0);
      }
    }
  }
  return [
    {
      name: 'tiers.assign',
      everyMs: 5 * SECOND_MS,
      dueAt: leftOut(BY_PEOPLE),
      worksOn: proposalsIn('queued'),
      run: assign,
    },
    {
      name: 'tiers.carry-out',
      everyMs: 5 * SECOND_MS,
      dueAt: leftOut(BY_PEOPLE),
      worksOn: proposalsIn('accepted', 'declining'),
      run: async () => {
        while (await db.tx((tx) => carryOut.answered(tx, BATCH)));
      },
    },
    {
      name: 'tiers.failed',
      everyMs: MINUTE_MS,
      dueAt: leftOut(BY_PEOPLE),
      worksOn: proposalsIn('started'),
      run: () => db.tx((tx) => carryOut.failed(tx, MOST_STARTED)),
    },
  ]
}

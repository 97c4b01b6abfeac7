import { leftOut } from '../../core/db/define-table.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import { quietUntil } from '../../rules/book/quiet-until.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { type GroupWelcomeExecutorsDeps, groupWelcomeExecutors } from './group-welcome-executors.ts'
import { groupWelcomes } from './group-welcome-queries.ts'
import { type KeepGroupWelcomeDeps, keepGroupWelcome } from './keep-group-welcome.ts'
import { type TellOwnersDeps, tellOwners } from './tell-owners.ts'
import { welcomeText } from './welcome-body.ts'

export interface GroupWelcomesDeps extends GroupWelcomeExecutorsDeps, KeepGroupWelcomeDeps, TellOwnersDeps {
  rules: Pick<RuleBookHolder, 'current'>
  media: GroupWelcomeExecutorsDeps['media'] & KeepGroupWelcomeDeps['media']
  links: GroupWelcomeExecutorsDeps['links'] & KeepGroupWelcomeDeps['links']
}

const BEGINNING_CHARS = 12

/** Welcome templates (入群欢迎语素材) of the group pools, kept as `welcome:` of config/groups says. */
export function createGroupWelcomes(deps: GroupWelcomesDeps) {
  const { db, clock, rules } = deps

  async function keepAll(): Promise<void> {
    const { pools, policy } = rules.current()
    const isQuiet = quietUntil(clock.now(), [policy.quiet]) !== undefined
    const held = await db.tx((tx) => groupWelcomes.all(tx))
    const wanted = [...pools.values()].filter(({ value }) => value.welcome !== undefined)
    for (const name of new Set([...held.map((row) => row.pool), ...wanted.map((pool) => pool.name)])) {
      const pool = pools.get(name)
      await db.tx(async (tx) => {
        const row = await keepGroupWelcome(tx, deps, name, pool)
        const content = pool?.value.welcome
        if (row === undefined || content === undefined || isQuiet) return
        const [line = ''] = welcomeText(content).split('\n')
        await tellOwners(tx, deps, row, [...(line === '' ? '没有文字的' : line)].slice(0, BEGINNING_CHARS).join(''))
      })
    }
  }

  const jobs: Job[] = [
    {
      name: 'group-welcomes.keep',
      everyMs: MINUTE_MS,
      dueAt: leftOut('it asks nothing of a customer'),
      run: keepAll,
    },
  ]
  return { jobs, executors: groupWelcomeExecutors(deps) }
}

export type GroupWelcomes = ReturnType<typeof createGroupWelcomes>

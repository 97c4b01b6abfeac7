import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { type InterceptExecutorsDeps, interceptExecutors } from './intercept-executors.ts'
import { intercepts } from './intercept-store.ts'
import { keepIntercept, stepFor } from './keep-intercept.ts'

export interface InterceptRulesDeps extends InterceptExecutorsDeps {
  db: Db
  outbox: Outbox
  rules: Pick<RuleBookHolder, 'current'>
}

/** Words that members may not write to customers (config/intercepts), kept at the platform as the files say. What others made there
 *  under other names is left alone. */
export function createInterceptRules(deps: InterceptRulesDeps) {
  const { db, clock, rules } = deps

  async function keepAll(): Promise<void> {
    const wanted = rules.current().intercepts
    const held = new Map((await db.statement((tx) => intercepts.all(tx))).map((row) => [row.name, row]))
    for (const name of new Set([...held.keys(), ...wanted.keys()])) {
      if (stepFor(held.get(name), wanted.get(name), clock.now()) === 'nothing') continue
      await db.tx((tx) => keepIntercept(tx, deps, name, wanted.get(name)))
    }
  }

  const jobs: Job[] = [
    { name: 'intercepts.keep', everyMs: MINUTE_MS, dueAt: leftOut('it asks nothing of a customer'), run: keepAll },
  ]
  return { jobs, executors: interceptExecutors(deps) }
}

export type InterceptRules = ReturnType<typeof createInterceptRules>

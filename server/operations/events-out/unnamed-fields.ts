import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { personalFieldsOf } from '../../rules/book/webhook-events.ts'
import type { Vocabulary } from '../../rules/vocabulary.ts'

const KEY = 'webhook.fields'

/** Before personal fields had to be named, a webhook without `fields` got them all: who relies on that is told what no longer
 *  comes, until the rule says what it wants. */
export function createUnnamedFields(deps: {
  db: Pick<Db, 'tx'>
  alerts: Alerts
  rules: Pick<RuleBookHolder, 'current'>
  vocabulary: Pick<Vocabulary, 'forwarded'>
}): Job {
  const { db, alerts, rules, vocabulary } = deps
  let toldOf: string | undefined

  return {
    name: 'events-out.fields',
    everyMs: HOUR_MS,
    // Looks at what this process holds, and at the database only when that has changed.
    sideBySide: true,
    dueAt: leftOut('a rehearsal tells nobody'),
    run: async () => {
      const { version, webhooks } = rules.current()
      if (version === toldOf) return
      const lacking = [...webhooks.values()].flatMap(({ name, value: { events, fields, enabled } }) => {
        const left = fields === undefined && enabled !== false ? personalFieldsOf(vocabulary.forwarded, events) : []
        return left.length === 0 ? [] : [`「${name}」的 ${left.join('、')}`]
      })
      await db.tx(async (tx) => {
        if (lacking.length === 0) {
          for (const key of await alerts.queries.openAmong(tx, [KEY])) await alerts.resolve(tx, key)
          return
        }
        await alerts.raise(tx, {
          key: KEY,
          text: `事件转发没有写 fields，个人信息不再转发：${lacking.join('；')}`,
          todo: '对方确实需要的字段写进 webhooks/ 里的 fields；一个都不需要，写 fields: []',
          isNewsWhenChanged: true,
        })
      })
      toldOf = version
    },
  }
}

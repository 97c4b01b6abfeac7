import { leftOut } from '../../core/db/define-table.ts'
import { rowsDue } from '../../core/db/rows-due.ts'
import { all, list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { subscribe } from '../../engine/inbox/subscription.ts'
import type { Job } from '../../engine/jobs/job.ts'
import { ServiceMessages } from '../../platform/wecom/callback/app-events.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { StopWords } from '../../rules/schema/policy-rule.ts'
import type { customerQueries } from '../customers/customer-queries.ts'
import type { Consents } from '../privacy/consents.ts'
import type { Erasures } from '../privacy/erasures.ts'
import { type AnswerExecutorsDeps, answerExecutors } from './answer-word.ts'
import { type ReadAccountDeps, readAccount } from './read-account.ts'
import { SERVICE_ACCOUNT as a, STOP_WORD as w } from './stop-word-tables.ts'
import { settleWord } from './take-word.ts'

/** Of a callback's token. Doc 94670. */
const TOKEN_LIFE_MS = 10 * MINUTE_MS
/** Words looked at at once. */
const ROUND = 500

export type StopWordsDeps = Omit<ReadAccountDeps & AnswerExecutorsDeps, 'customers' | 'consents' | 'erasures'> & {
  rules: Pick<RuleBookHolder, 'current'>
  customers: { queries: Pick<typeof customerQueries, 'exists' | 'profilesOf'> }
  privacy: { consents: Consents; erasures: Erasures }
}

/** Words by which customers say to the customer service (微信客服) themselves that they want no more, or want it again: `stopWords` of
 *  policy.yaml. Nothing is read without them. */
export function createStopWords({ customers: { queries: customers }, privacy, rules, ...rest }: StopWordsDeps) {
  const deps = { ...rest, ...privacy, customers }
  const { db, clock } = deps
  const wordsNow = (): StopWords | undefined => rules.current().policy.stopWords

  /** Accounts that are listened to are looked at also when no callback comes. */
  async function listen(): Promise<void> {
    const words = wordsNow()
    if (words !== undefined) await db.tx((tx) => listenTo(tx, words.accounts))
    await settleLate()
  }

  async function listenTo(tx: Tx, accounts: readonly string[]): Promise<void> {
    const now = clock.now()
    await tx.insertIgnore(
      a,
      accounts.map((account) => ({ open_kfid: account, read_due_at: now })),
    )
    await tx.run(
      sql`UPDATE ${a} SET ${set(a, { read_due_at: now })}
          WHERE ${a.open_kfid} IN ${list(accounts)} AND ${a.read_due_at} IS NULL`,
    )
  }

  /** Whoever became known at the very moment when their word was stored, or while the file had no words. */
  async function settleLate(): Promise<void> {
    for (let afterId = 0; ; ) {
      const round = await db.statement((tx) =>
        tx.rows(
          sql`SELECT ${pick(w, 'id', 'external_userid')} FROM ${w} WHERE ${w.settled_at} IS NULL AND ${w.id} > ${afterId}
              ORDER BY ${w.id} LIMIT ${ROUND}`,
        ),
      )
      const last = round.at(-1)
      if (last === undefined) return
      afterId = last.id
      const ids = [...new Set(round.map((row) => row.external_userid))]
      const known = await db.statement((tx) => customers.profilesOf(tx, ids))
      for (const { id } of round.filter((row) => known.has(row.external_userid)))
        await db.tx((tx) => settleWord(tx, deps, id))
    }
  }

  async function read(isStopping: () => boolean = () => false): Promise<void> {
    const words = wordsNow()
    const due = await db.statement((tx) =>
      tx.rows(sql`SELECT ${all(a)} FROM ${a} WHERE ${a.read_due_at} <= ${clock.now()} ORDER BY ${a.id}`),
    )
    for (const account of due) {
      if (isStopping()) return
      if (words?.accounts.includes(account.open_kfid)) await readAccount(deps, account, words, isStopping)
      else
        await db.tx((tx) =>
          tx.run(sql`UPDATE ${a} SET ${set(a, { read_due_at: null, trouble: null })} WHERE ${a.id} = ${account.id}`),
        )
    }
  }

  const jobs: Job[] = [
    {
      name: 'stop-words.listen',
      everyMs: 10 * MINUTE_MS,
      dueAt: leftOut('nobody says anything in a rehearsal'),
      run: listen,
    },
    {
      name: 'stop-words.read',
      everyMs: SECOND_MS,
      dueAt: leftOut('nobody says anything in a rehearsal'),
      worksOn: rowsDue(a.read_due_at),
      run: read,
    },
  ]

  return {
    jobs,
    executors: answerExecutors(deps),
    subscriptions: [
      subscribe('stop-words.hear', ServiceMessages, async (tx, { payload, eventAtMs }) => {
        const { OpenKfId: account, Token: token } = payload
        if (!wordsNow()?.accounts.includes(account)) return
        const now = clock.now()
        await tx.insertIgnore(a, [{ open_kfid: account, read_due_at: now }])
        const until = eventAtMs + TOKEN_LIFE_MS
        const news = { read_due_at: now, ...(token ? { token, token_until: until } : {}) }
        await tx.run(
          sql`UPDATE ${a} SET ${set(a, news)}, ${a.heard} = ${a.heard} + 1 WHERE ${a.open_kfid} = ${account}`,
        )
      }),
    ],
    /** Their words from before we knew them count now, in the order in which they were said. Safe to repeat. */
    settleWaiting: async (tx: Tx, externalUserId: string): Promise<void> => {
      if (wordsNow() === undefined) return
      const waiting = await tx.rows(
        sql`SELECT ${pick(w, 'id')} FROM ${w}
            WHERE ${w.external_userid} = ${externalUserId} AND ${w.settled_at} IS NULL ORDER BY ${w.said_at}, ${w.id}`,
      )
      for (const { id } of waiting) await settleWord(tx, deps, id)
    },
  }
}
export type CreatedStopWords = ReturnType<typeof createStopWords>

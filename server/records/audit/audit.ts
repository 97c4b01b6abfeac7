import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import { count, select, sql } from '../../core/db/sql.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { DAY_MS, HOUR_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import { createAuditSeal } from './audit-seal.ts'
import { AUDIT_NOTE } from './audit-tables.ts'
import { cutAudit } from './cut-audit.ts'
import { type Head, linkNotes } from './link-notes.ts'
import { createLooks } from './looks.ts'

export interface AuditDeps {
  db: Db
  clock: Clock
  log: Pick<Logger, 'info' | 'error'>
  /** The first one seals; those behind it are former ones. */
  keys: readonly string[]
  /** How long a row is kept. */
  days: number
}

/** Who did what, and who saw whom, in a chain that cannot be altered without being noticed. */
export function createAudit({ db, clock, log, keys, days }: AuditDeps) {
  const seal = createAuditSeal(keys)
  const looks = createLooks({ db, clock })
  let head: Head | undefined
  let toldSeq = 0

  const waits = async (): Promise<boolean> => {
    const found = await db.statement((tx) => tx.row(sql`SELECT ${select({ n: count() })} FROM ${AUDIT_NOTE}`))
    return (found?.n ?? 0) > 0
  }

  /** Gives all notes that wait their place. Throws the database's error; safe to repeat, from several processes at once. */
  async function link(): Promise<void> {
    while (await waits()) {
      head = (await db.tx((tx) => linkNotes(tx, seal, clock.now()))) ?? head
    }
  }

  async function work(): Promise<void> {
    await looks.flush()
    await link()
  }

  const linking: Job = {
    name: 'audit.link',
    // At every look.
    everyMs: 0,
    sideBySide: true,
    dueAt: leftOut('says who did what; no decision looks at it'),
    worksOn: { table: AUDIT_NOTE, where: sql`1 = 1` },
    run: link,
  }

  const cut: Job = {
    name: 'audit.cut',
    everyMs: DAY_MS,
    dueAt: leftOut('says who did what; no decision looks at it'),
    run: async () => {
      const now = clock.now()
      for (;;) {
        const gone = await db.tx((tx) => cutAudit(tx, seal, { before: now - days * DAY_MS, now }))
        if (gone === 0) return
        log.info({ rows: gone }, 'rows of the audit were deleted by age')
      }
    },
  }
  /** The log lies elsewhere: with a head from there it shows when the end of the chain was cut off. */
  const tellHead: Job = {
    name: 'audit.tell-head',
    everyMs: HOUR_MS,
    dueAt: leftOut('says who did what; no decision looks at it'),
    run: async () => {
      if (head === undefined || head.seq === toldSeq) return
      toldSeq = head.seq
      log.info({ head: `${head.seq}:${head.hash}` }, 'head of the audit')
    },
  }

  return {
    saw: looks.saw,
    tell: looks.tell,
    lost: looks.lost,
    /** All of it at once; throws like the parts of it. */
    work,
    /** Writes what was told since the last time. Throws the database's error; safe to repeat. */
    flush: looks.flush,
    /** The last of it, before the database is closed. Never throws. */
    finish: (): Promise<void> =>
      work().catch((error: unknown) => {
        log.error({ err: describeError(error) }, 'the last rows of the audit could not be written')
      }),
    jobs: [cut, tellHead, linking],
  }
}
export type Audit = ReturnType<typeof createAudit>

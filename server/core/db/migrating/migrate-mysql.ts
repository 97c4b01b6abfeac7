import { type DataSource, type Migration, MigrationExecutor, type QueryRunner } from 'typeorm'
import { inSteps } from './in-steps.ts'
import { LEASE_MS, type MigrationLock, takeMigrationLock } from './migration-lock.ts'
import type { MigrationTold } from './migration-news.ts'

export interface MigratingOptions {
  /** Names the process among those that may migrate. */
  holder: string
  leaseMs?: number | undefined
  told: MigrationTold
}

/** Brings the tables up to date. MySQL commits with every change of a table, so each step is written down, and who takes over
 *  after a crash goes on where it was; one process at a time, guarded by a row. `source`: open, and patient for minutes.
 *  Throws db.migrating-elsewhere while another process migrates; safe to repeat. */
export async function migrateMysql(
  source: DataSource,
  { holder, leaseMs = LEASE_MS, told }: MigratingOptions,
): Promise<void> {
  const pending = (): Promise<Migration[]> => new MigrationExecutor(source).getPendingMigrations()
  // Who has nothing to do needs no lock, nor the right to make tables.
  if ((await pending()).length === 0) return
  const runner = source.createQueryRunner()
  const beside = source.createQueryRunner()
  try {
    const lock = await takeMigrationLock(runner, beside, { holder, leaseMs })
    try {
      for (const [nth, migration] of (await pending()).entries()) {
        await carryOut(source, runner, { lock, migration, isFirst: nth === 0, told })
      }
    } finally {
      // Where the connection is lost, the lease ends by itself.
      await lock.release(runner).catch(() => undefined)
    }
  } finally {
    await Promise.all([runner.release(), beside.release()])
  }
}

async function carryOut(
  source: DataSource,
  runner: QueryRunner,
  {
    lock,
    migration,
    isFirst,
    told,
  }: { lock: MigrationLock; migration: Migration; isFirst: boolean; told: MigrationTold },
): Promise<void> {
  const { name, instance } = migration
  if (instance === undefined) return
  const done = lock.place.migration === name ? lock.place.steps : 0
  told({ migration: name, steps: done })
  const steps = {
    done,
    isKnown: lock.isKnown || !isFirst,
    tell: (on: QueryRunner, nth: number) => lock.tell(on, { migration: name, steps: nth }),
  }
  await new MigrationExecutor(source, runner).executeMigration({
    ...migration,
    instance: { up: (on) => instance.up(inSteps(on, steps)), down: (on) => instance.down(on) },
  })
  await lock.tell(runner, { migration: undefined, steps: 0 })
}

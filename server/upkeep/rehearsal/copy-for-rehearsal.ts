import { EVERY_TABLE } from '../../capabilities/tables.ts'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { Db } from '../../core/db/db.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { releaseStore } from '../../rules/release/release-store.ts'
import { releasedBook } from '../../rules/release/released-book.ts'
import { savedBook } from '../../rules/versions/rule-version-store.ts'
import { type Cast, chooseCustomers } from './choose-customers.ts'
import { copyTables } from './copy-tables.ts'
import { openScratch } from './scratch.ts'

/** Up to so many customers everybody takes part, and figures are exact. */
const MOST_CUSTOMERS = 20_000

export interface Copy {
  cast: Cast
  /** As many databases as were asked for, all with the same rows. */
  scratches: Db[]
  /** The rules that the server was last seen with, each journey in its released version with its canary. */
  inForce: RuleBook | undefined
}

/** What is known at one instant, read without a lock and without the possibility to write. */
export async function copyForRehearsal(db: Db, count: number, most = MOST_CUSTOMERS): Promise<Copy> {
  const scratches: Db[] = []
  for (let made = 0; made < count; made++) scratches.push(await openScratch())
  return db.view(async (view) => {
    const cast = await chooseCustomers(view, most)
    await copyTables(view, scratches, EVERY_TABLE, cast.drawn)
    return { cast, scratches, inForce: await bookInForce(view) }
  })
}

async function bookInForce(view: ReadTx): Promise<RuleBook | undefined> {
  const saved = await savedBook(view, VOCABULARY.facts)
  if (saved === undefined) return undefined
  const releases = await releaseStore.latest(view)
  return (await releasedBook(view, saved, { releases, facts: VOCABULARY.facts })).book
}

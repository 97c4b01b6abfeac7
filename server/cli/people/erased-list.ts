import { readFile, writeFile } from 'node:fs/promises'
import Type from 'typebox'
import Value from 'typebox/value'
import { createErasures, type ErasedRow, type Erasures } from '../../records/privacy/erasures.ts'
import { PHONE_SETTINGS, phoneSecrets, readSomeSettings } from '../../settings.ts'
import { clearFreePages } from '../../upkeep/people/clear-free-pages.ts'
import { erasePerson } from '../../upkeep/people/erase-person.ts'
import { erasedAgain } from '../../upkeep/people/erased-again.ts'
import { personNames } from '../../upkeep/people/person-names.ts'
import { cliFault } from '../frame/cli-fault.ts'
import type { Desk } from '../frame/command.ts'

export const erasuresOf = ({ clock, env }: Pick<Desk, 'clock' | 'env'>): Erasures =>
  createErasures({ clock, secrets: phoneSecrets(readSomeSettings(env, PHONE_SETTINGS)) })

const OrNull = Type.Union([Type.String(), Type.Null()])
const List = Type.Object({
  erased: Type.Array(
    Type.Object({
      nameHash: Type.String({ minLength: 20, maxLength: 64 }),
      namedBy: Type.Union([Type.Literal('customer'), Type.Literal('union'), Type.Literal('phone')]),
      erasedAtMs: Type.Integer({ minimum: 0 }),
      byWhom: OrNull,
      receipt: OrNull,
    }),
  ),
})

/** The list of those who were erased, in a new file that only this account reads. Gives how many; throws `no` where the file
 *  exists. */
export async function saveErasedList(desk: Desk, file: string): Promise<number> {
  const erased = await (await desk.db()).view((view) => erasuresOf(desk).rows(view))
  try {
    await writeFile(file, `${JSON.stringify({ erased }, null, 1)}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw cliFault('no', `${file} 已经存在：写一个新的文件名。`)
    throw error
  }
  return erased.length
}

/** Throws `no`: not there, or not such a list. */
export async function readErasedList(file: string): Promise<ErasedRow[]> {
  const written = await readFile(file, 'utf8').catch(() => undefined)
  if (written === undefined) throw cliFault('no', `找不到文件 ${file}，请检查路径。`)
  try {
    return Value.Parse(List, JSON.parse(written)).erased
  } catch {
    throw cliFault('no', `${file} 不是 save-list 存的名单。`)
  }
}

/** Whoever is on the list and is back is erased again. Safe to repeat. */
export async function eraseListed(desk: Desk, erased: readonly ErasedRow[]) {
  const db = await desk.db()
  const erasures = erasuresOf(desk)
  await db.tx((tx) => erasures.put(tx, erased))
  const back = await erasedAgain(db, erasures)
  for (const externalUserId of back) {
    await erasePerson(db, await db.view((view) => personNames(view, externalUserId)))
  }
  const { DATABASE_URL } = readSomeSettings(desk.env, ['DATABASE_URL'])
  const cleared = back.length === 0 ? undefined : await clearFreePages(db, DATABASE_URL, { force: true })
  return { erased: back.length, cleared: cleared ?? null }
}

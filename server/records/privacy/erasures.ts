import { createHmac } from 'node:crypto'
import { list, pick, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { type ErasedBy, ERASED_NAME as e } from './privacy-tables.ts'
import { createTail } from './tail.ts'

/** By what somebody is named; of phones the keyed hashes. */
export interface ErasedNames {
  externalUserId: string | null
  unionIds: readonly string[]
  phoneHashes: readonly string[]
}

export interface ErasedRow {
  nameHash: string
  namedBy: ErasedBy
  /** UTC milliseconds. */
  erasedAtMs: number
  byWhom: string | null
  receipt: string | null
}

/** The list of those who were erased: nothing on it says who they were. `secrets`: those under which phones are hashed, the
 *  present one first; a name is found under each, and written under the first. */
export function createErasures({ clock, secrets }: { clock: Clock; secrets: readonly string[] }) {
  const keys = secrets.map((secret) => createHmac('sha256', secret).update('huoshui erasure list').digest())
  const erasedAt = new Map<string, number>()
  const refresh = createTail({
    clock,
    read: (tx, afterId, limit) =>
      tx.rows(
        sql`SELECT ${pick(e, 'id', 'name_hash', 'erased_at')} FROM ${e} WHERE ${e.id} > ${afterId}
            ORDER BY ${e.id} LIMIT ${limit}`,
      ),
    take: ({ name_hash, erased_at }) => erasedAt.set(name_hash, erased_at),
  })

  function hashesOf({ externalUserId, unionIds, phoneHashes }: ErasedNames, key: Buffer): [ErasedBy, string][] {
    const hash = (by: ErasedBy, name: string): [ErasedBy, string] => [
      by,
      createHmac('sha256', key).update(`${by}:${name}`).digest('base64url'),
    ]
    return [
      ...(externalUserId === null ? [] : [hash('customer', externalUserId)]),
      ...unionIds.map((union) => hash('union', union)),
      ...phoneHashes.map((phone) => hash('phone', phone)),
    ]
  }

  return {
    /** When whoever has one of these names was erased, UTC milliseconds; from memory, at most a second old. */
    erasedAtMs: async (tx: ReadTx, names: ErasedNames): Promise<number | undefined> => {
      await refresh(tx)
      if (erasedAt.size === 0) return undefined
      const found = keys.flatMap((key) => hashesOf(names, key).flatMap(([, hash]) => erasedAt.get(hash) ?? []))
      return found.length === 0 ? undefined : Math.max(...found)
    },
    /** Puts these names on the list, or once more on it. */
    note: async (tx: Tx, names: ErasedNames, how: { atMs: number; byWhom?: string | undefined }): Promise<void> => {
      const [key] = keys
      if (key === undefined) throw new Error('the list of the erased needs a secret')
      await put(
        tx,
        hashesOf(names, key).map(([namedBy, nameHash]) => ({
          ...{ nameHash, namedBy, erasedAtMs: how.atMs },
          ...{ byWhom: how.byWhom ?? null, receipt: null },
        })),
      )
    },
    /** What was done and what was kept, for who asks later whether it was. */
    keepReceipt: async (tx: Tx, externalUserId: string, receipt: unknown): Promise<void> => {
      for (const key of keys) {
        for (const [, hash] of hashesOf(idAlone(externalUserId), key)) {
          await tx.run(sql`UPDATE ${e} SET ${e.receipt} = ${JSON.stringify(receipt)} WHERE ${e.name_hash} = ${hash}`)
        }
      }
    },
    /** Is this customer id on the list; from the table. */
    rowOf: async (tx: ReadTx, externalUserId: string): Promise<ErasedRow | undefined> => {
      const hashes = keys.flatMap((key) => hashesOf(idAlone(externalUserId), key).map(([, hash]) => hash))
      return (await rows(tx)).find(({ nameHash }) => hashes.includes(nameHash))
    },
    rows,
    put,
  }
}
/** By nothing but their id. */
export const idAlone = (externalUserId: string): ErasedNames => ({ externalUserId, unionIds: [], phoneHashes: [] })

export type Erasures = ReturnType<typeof createErasures>

/** The whole list, oldest first: what is kept beside backups. */
async function rows(tx: ReadTx): Promise<ErasedRow[]> {
  const found = await tx.rows(
    sql`SELECT ${pick(e, 'name_hash', 'named_by', 'erased_at', 'by_whom', 'receipt')} FROM ${e} ORDER BY ${e.id}`,
  )
  return found.map((row) => ({
    nameHash: row.name_hash,
    namedBy: row.named_by,
    erasedAtMs: row.erased_at,
    byWhom: row.by_whom,
    receipt: row.receipt,
  }))
}

/** Rows get new ids, so that whoever reads behind the last id sees them. */
async function put(tx: Tx, erased: readonly ErasedRow[]): Promise<void> {
  if (erased.length === 0) return
  await tx.run(sql`DELETE FROM ${e} WHERE ${e.name_hash} IN ${list(erased.map(({ nameHash }) => nameHash))}`)
  await tx.insertIgnore(
    e,
    erased.map(({ nameHash, namedBy, erasedAtMs, byWhom, receipt }) => ({
      ...{ name_hash: nameHash, named_by: namedBy, erased_at: erasedAtMs },
      ...{ by_whom: byWhom, receipt },
    })),
  )
}

import type { Db } from '../../core/db/db.ts'
import type { RowOf } from '../../core/db/define-table.ts'
import { all, set, sql } from '../../core/db/sql.ts'
import type { Credential, SharedCredential } from '../wecom/token/shared-credential.ts'
import type { CredentialSeal } from './credential-seal.ts'
import { CREDENTIAL } from './deployment-tables.ts'

/** Longer than a fetch may take; when its holder dies, another may fetch after this. */
const LEASE_MS = 10_000

type CredentialRow = RowOf<typeof CREDENTIAL>

/** Credentials in the table that all processes of a deployment have in common. Throws the driver's error when the
 *  database is away; every method is safe to repeat. */
export function createCredentialStore(deps: { db: Db; seal: CredentialSeal; instance: string }) {
  const { db, seal, instance } = deps

  /** Every call waits for a credential, a welcome's too. */
  const inTime: Db['statement'] = (work) => db.statement(work, 'welcome')

  async function read(name: string): Promise<{ row: CredentialRow; credential: Credential | undefined } | undefined> {
    const row = await inTime((tx) =>
      tx.row(sql`SELECT ${all(CREDENTIAL)} FROM ${CREDENTIAL} WHERE ${CREDENTIAL.name} = ${name}`),
    )
    if (row === undefined) return undefined
    const value = row.sealed === null ? undefined : seal.open(name, row.sealed)
    if (value === undefined || row.expires_at === null) return { row, credential: undefined }
    const credential = { value, expiresAtMs: row.expires_at, refreshAtMs: row.refresh_at ?? row.expires_at }
    return { row, credential }
  }

  return (plainName: string): SharedCredential => {
    const name = `${plainName}:${seal.scope}`

    /** 1 for one of all who try: who finds the row as it has seen it. Its value is not enough: while a token is good
     *  WeCom gives the same one again, so after another's refresh only its times are new. */
    const lease = (seen: CredentialRow | undefined, nowMs: number): Promise<number> =>
      inTime((tx) =>
        tx.run(
          sql`UPDATE ${CREDENTIAL} SET ${set(CREDENTIAL, { lease_by: instance, lease_until: nowMs + LEASE_MS })}
              WHERE ${CREDENTIAL.name} = ${name}
                AND (${CREDENTIAL.lease_until} IS NULL OR ${CREDENTIAL.lease_until} <= ${nowMs})
                AND (${CREDENTIAL.value_hash} IS NULL OR (${CREDENTIAL.value_hash} = ${seen?.value_hash ?? null}
                  AND ${CREDENTIAL.refresh_at} = ${seen?.refresh_at ?? null}))`,
        ),
      )

    return {
      begin: async (refused, nowMs) => {
        let found = await read(name)
        if (found === undefined) {
          await inTime((tx) => tx.insertIgnore(CREDENTIAL, [{ name }]))
          found = await read(name)
        }
        const isUsable = (one: Credential | undefined): boolean =>
          one !== undefined && one.value !== refused && one.expiresAtMs > nowMs
        const kept = found?.credential
        if (kept !== undefined && isUsable(kept) && kept.refreshAtMs > nowMs) return { kind: 'newer', credential: kept }
        if ((await lease(found?.row, nowMs)) === 1) return { kind: 'mine' }
        const now = await read(name)
        // Let go between our two looks: as good as taken, for a moment.
        return {
          kind: 'taken',
          untilMs: now?.row.lease_until ?? nowMs,
          isPause: now?.row.lease_by === null && (now.row.lease_until ?? 0) > nowMs,
          credential: isUsable(now?.credential) ? now?.credential : undefined,
        }
      },
      save: async (fetched, nowMs) => {
        const mine = await inTime((tx) =>
          tx.run(
            sql`UPDATE ${CREDENTIAL} SET ${set(CREDENTIAL, {
              sealed: seal.seal(name, fetched.value),
              value_hash: seal.hash(fetched.value),
              refresh_at: fetched.refreshAtMs,
              expires_at: fetched.expiresAtMs,
              lease_by: null,
              lease_until: null,
            })} WHERE ${CREDENTIAL.name} = ${name} AND ${CREDENTIAL.lease_by} = ${instance}`,
          ),
        )
        if (mine === 1) return fetched
        const kept = (await read(name))?.credential
        return kept !== undefined && kept.expiresAtMs > nowMs ? kept : fetched
      },
      pause: async (untilMs) => {
        await inTime((tx) =>
          tx.run(
            sql`UPDATE ${CREDENTIAL} SET ${set(CREDENTIAL, { lease_by: null, lease_until: untilMs })}
                WHERE ${CREDENTIAL.name} = ${name} AND ${CREDENTIAL.lease_by} = ${instance}`,
          ),
        )
      },
    }
  }
}

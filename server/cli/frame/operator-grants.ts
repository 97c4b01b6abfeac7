import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { Db } from '../../core/db/db.ts'
import { loadRules } from '../../rules/load-rules.ts'
import type { RoleGrant } from '../../rules/schema/role-rules.ts'
import { savedSources } from '../../rules/versions/rule-version-store.ts'

/** The roles as the server took them last, so that nobody gets another one by naming another folder; where no server ever
 *  took any, those of the folder. Faulty files and no server: none, since there is nothing yet to look at. */
export async function operatorGrants(db: Db | undefined, folder: () => string): Promise<readonly RoleGrant[]> {
  const saved = db === undefined ? undefined : await db.view((tx) => savedSources(tx))
  if (saved !== undefined) return saved.roles?.[0]?.value.roles ?? []
  const { book } = await loadRules(folder(), VOCABULARY)
  return book?.roles ?? []
}

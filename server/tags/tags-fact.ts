import type { Fact, FactValue } from '../rules/fact.ts'

/** Tags at any of the customer's guides, as 组/名. */
export const tagsFact: Fact = {
  path: 'tags',
  type: 'set',
  zh: '标签',
  load: async (tx, externalUserIds) => {
    const tags = new Map<string, FactValue>()
    if (externalUserIds.length === 0) return tags
    const found = new Map<string, string[]>()
    const rows = await tx.rows<{ id: string; path: string }>(
      `SELECT DISTINCT f.external_userid AS id, t.path AS path FROM follow_tag f
       JOIN corp_tag t ON t.tag_id = f.tag_id AND t.gone_at IS NULL
       WHERE f.external_userid IN (${externalUserIds.map(() => '?').join(', ')}) ORDER BY t.path`,
      externalUserIds,
    )
    for (const row of rows) found.set(row.id, [...(found.get(row.id) ?? []), row.path])
    for (const [id, paths] of found) tags.set(id, paths)
    return tags
  },
  sql: () => ({
    text: `EXISTS (SELECT 1 FROM follow_tag f JOIN corp_tag t ON t.tag_id = f.tag_id AND t.gone_at IS NULL
      WHERE f.external_userid = c.external_userid AND t.path = :member)`,
    params: [],
  }),
}

import { setFact } from '../facts/row-facts.ts'

/** Tags at any of the customer's guides, as 组/名. */
export const tagsFact = setFact(
  {
    from: 'follow_tag f JOIN corp_tag t ON t.tag_id = f.tag_id AND t.gone_at IS NULL',
    customer: 'f.external_userid',
  },
  { path: 'tags', zh: '标签', member: 't.path' },
)

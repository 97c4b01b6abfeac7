import { alias } from '../../core/db/define-table.ts'
import { setFact } from '../facts/row-facts.ts'
import { CORP_TAG, FOLLOW_TAG } from './tag-tables.ts'

const f = alias(FOLLOW_TAG, 'f')
const t = alias(CORP_TAG, 't')

/** Tags at any of the customer's guides, as 组/名. */
export const tagsFact = setFact(
  {
    from: `${f} JOIN ${t} ON ${t.tag_id} = ${f.tag_id} AND ${t.gone_at} IS NULL`,
    customer: `${f.external_userid}`,
  },
  { path: 'tags', zh: '标签', names: 'tag', member: `${t.path}` },
)

import { id, instant, integer, nullable, text } from './columns.ts'
import { defineTable, leftOut } from './define-table.ts'
import { ofNobody } from './personal-data.ts'

/* Never run: what a table knows of people is said in its declaration, or it does not compile. */

const snapshot = leftOut('a test')
const columns = {
  id: id(),
  external_userid: text(),
  wish: nullable(text(80)),
  state: text<'open' | 'done'>(12),
  fen: integer(),
  at: instant(),
}
const holds = { external_userid: 'customer', wish: 'free-text' } as const
const purpose = 'a test'

defineTable('wish', columns, { personal: ofNobody('a test'), snapshot })
defineTable('wish', columns, { personal: { holds, purpose, kept: 'customer', of: 'external_userid' }, snapshot })
defineTable('wish', columns, { personal: { holds, purpose, kept: 'technical', since: 'at' }, snapshot })

// @ts-expect-error nothing is said of people
defineTable('wish', columns, { snapshot })
const incomplete = { external_userid: 'customer' } as const
// @ts-expect-error what the free text `wish` says of them
defineTable('wish', columns, { personal: { holds: incomplete, purpose, kept: 'customer' }, snapshot })
// @ts-expect-error what it is for
defineTable('wish', columns, { personal: { holds, kept: 'customer' }, snapshot })
// @ts-expect-error how long
defineTable('wish', columns, { personal: { holds, purpose }, snapshot })
// @ts-expect-error since when its age counts
defineTable('wish', columns, { personal: { holds, purpose, kept: 'technical' }, snapshot })
// @ts-expect-error by a column that it does not have
defineTable('wish', columns, { personal: { holds, purpose, kept: 'customer', of: 'customer_id' }, snapshot })

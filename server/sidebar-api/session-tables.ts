import { instant, nullable, primary, text, withDefault } from '../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../core/db/define-table.ts'

/** Where somebody is logged in. */
export type SessionPlace = 'sidebar' | 'doctor'

/** Who was logged in, from when to when. */
export const SIDEBAR_SESSION = defineTable(
  'sidebar_session',
  {
    id: primary(text(24)),
    userid: text(),
    begun_at: instant(),
    seen_at: instant(),
    ended_at: nullable(instant()),
    place: withDefault(text<SessionPlace>(10), 'sidebar'),
  },
  {
    indices: [['userid'], ['begun_at']],
    personal: {
      holds: { id: 'none', userid: 'staff' },
      purpose: '谁什么时候在侧边栏里登录着',
      kept: 'session',
      since: 'begun_at',
    },
    snapshot: leftOut('says who sat at a screen, not what is known of customers'),
  },
)

export const sessionTables: Table[] = [SIDEBAR_SESSION]

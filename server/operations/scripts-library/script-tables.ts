import { flag, id, instant, integer, longText, nullable, primary, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

export const SCRIPT_USE = defineTable(
  'script_use',
  {
    id: id(),
    use_key: text(140),
    external_userid: text(),
    userid: text(),
    script_id: nullable(text(40)),
    task_id: nullable(integer()),
    sent_at: instant(),
    /** Which of the list that was shown it was, from 1; null: it stood in none. */
    place: nullable(integer()),
    /** The ids of that list as a JSON array, in its order; null: no list was told. */
    shown: nullable(text(500)),
  },
  {
    unique: [['use_key']],
    indices: [
      ['external_userid', 'script_id', 'sent_at'],
      ['script_id', 'sent_at'],
      ['userid', 'sent_at'],
    ],
    personal: {
      holds: { use_key: 'conduct', external_userid: 'customer', userid: 'staff', script_id: 'none', shown: 'none' },
      purpose: '哪句话术发给了谁，当时还列着哪几句',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: leftOut('each is a touch, too, and those are copied'),
  },
)

/** What guides write for themselves, and leads for their stores. */
export const OWN_SCRIPT = defineTable(
  'own_script',
  {
    id: id(),
    script_key: text(190),
    userid: text(),
    title: text(40),
    body: longText(),
    /** For all guides of the departments that its writer leads. */
    is_team: withDefault(flag(), 0),
    changed_at: instant(),
    /** Its words are gone then. */
    removed_at: nullable(instant()),
  },
  {
    unique: [['script_key']],
    indices: [['userid'], ['is_team']],
    personal: {
      holds: { script_key: 'conduct', userid: 'staff', title: 'free-text', body: 'free-text' },
      purpose: '导购自己写的、店长给全店写的话术',
      kept: 'standing',
    },
    snapshot: leftOut('words for people; no rule reads them'),
  },
)

/** Which scripts a guide wants at hand. */
export const SCRIPT_FAVOURITE = defineTable(
  'script_favourite',
  { id: id(), userid: text(), script_id: text(40), at: instant() },
  {
    unique: [['userid', 'script_id']],
    personal: { holds: { userid: 'staff', script_id: 'none' }, purpose: '导购收藏了哪些话术', kept: 'standing' },
    snapshot: leftOut('only orders a list on a screen'),
  },
)

/** What became of each script that was sent to anybody, counted once a day. */
export const SCRIPT_OUTCOME = defineTable(
  'script_outcome',
  {
    script_id: primary(text(40)),
    /** Who got it, long enough ago to know what came of it. */
    customers: integer(),
    /** Of them paid for something within the time. */
    bought: integer(),
    counted_at: instant(),
  },
  {
    personal: ofNobody('sums over all customers'),
    snapshot: leftOut('only orders a list on a screen'),
  },
)

export const scriptTables: Table[] = [SCRIPT_USE, OWN_SCRIPT, SCRIPT_FAVOURITE, SCRIPT_OUTCOME]

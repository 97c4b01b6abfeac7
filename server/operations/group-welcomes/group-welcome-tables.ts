import { id, instant, integer, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type RowOf, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

/** The one template of a pool, as the platform holds it. */
export const GROUP_WELCOME = defineTable(
  'group_welcome',
  {
    id: id(),
    pool: text(40),
    template_id: nullable(text(120)),
    // What of the rule stands at the platform.
    live_as: nullable(text(64)),
    open_key: nullable(text(120)),
    plans: withDefault(integer(), 0),
    // Of this content nobody knows whether the platform made a template.
    unclear_as: nullable(text(64)),
    refused_as: nullable(text(64)),
    refused_at: nullable(instant()),
    trouble: nullable(longText()),
    checked_at: nullable(instant()),
    changed_at: instant(),
  },
  { unique: [['pool']], personal: ofNobody('welcome templates of groups'), snapshot: { key: 'id' } },
)

/** A group whose owner was asked to choose this template. */
export const GROUP_WELCOME_TOLD = defineTable(
  'group_welcome_told',
  { id: id(), welcome_id: integer(), template_id: text(120), chat_id: text(), told_at: instant() },
  {
    unique: [['template_id', 'chat_id']],
    indices: [['welcome_id']],
    personal: ofNobody('groups whose owner was told of a template'),
    snapshot: { key: 'id' },
  },
)

export type GroupWelcomeRow = RowOf<typeof GROUP_WELCOME>
export const groupWelcomeTables: Table[] = [GROUP_WELCOME, GROUP_WELCOME_TOLD]

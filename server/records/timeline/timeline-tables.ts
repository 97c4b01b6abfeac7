import { id, instant, longText, nullable, text } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'

export const TIMELINE = defineTable(
  'timeline',
  {
    id: id(),
    dedupe_key: text(190),
    external_userid: text(),
    userid: nullable(text()),
    at: instant(),
    kind: text(40),
    body: longText(),
    reason: nullable(longText()),
  },
  {
    unique: [['dedupe_key']],
    indices: [['external_userid', 'at', 'id']],
    personal: {
      holds: {
        dedupe_key: 'conduct',
        external_userid: 'customer',
        userid: 'staff',
        kind: 'conduct',
        body: 'free-text',
        reason: 'conduct',
      },
      purpose: '导购看到发生过什么，规则做了什么、为什么（个人信息保护法第二十四、四十八条的说明）',
      kept: 'customer',
      of: 'external_userid',
      mentions: ['body', 'reason'],
    },
    snapshot: leftOut('a note for people'),
  },
)

export const timelineTables: Table[] = [TIMELINE]

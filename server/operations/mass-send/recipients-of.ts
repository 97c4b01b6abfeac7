import type { ChatType } from './send-states.ts'
import { SEND_GROUP, SEND_RECIPIENT } from './send-tables.ts'

const CUSTOMERS = { table: SEND_RECIPIENT, whose: SEND_RECIPIENT.external_userid }
const GROUPS = { table: SEND_GROUP, whose: SEND_GROUP.chat_id }

/** Where those stand whom a run or a batch is for, and the column that says who they are. */
export const recipientsOf = ({ chat_type }: { chat_type: ChatType }): typeof CUSTOMERS | typeof GROUPS =>
  chat_type === 'group' ? GROUPS : CUSTOMERS

/** Of both kinds of runs. */
export const RECIPIENT_TABLES = [SEND_RECIPIENT, SEND_GROUP] as const

import type { BatchRow } from './send-tables.ts'

/** In place of a userid: no sender is named to WeCom, which chooses who talked last with each customer. */
export const WECOM_CHOOSES = ''

/** Whether several guides may send it, each to their own part of its customers (send_sender). */
export const isChosenByWecom = ({ userid }: Pick<BatchRow, 'userid'>): boolean => userid === WECOM_CHOOSES

/** Whose action it is; none where it is of several. */
export const ofSender = ({ userid }: Pick<BatchRow, 'userid'>): { userId?: string } =>
  userid === WECOM_CHOOSES ? {} : { userId: userid }

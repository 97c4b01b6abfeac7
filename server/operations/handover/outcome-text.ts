import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import { errorCode } from '../../platform/wecom/error-codes/error-codes.ts'
import type { CustomerState } from './handover-states.ts'

/** How a handover ends that WeCom refused at once. */
export const endByErrcode = (errcode: number): { state: 'full' | 'failed'; errcode: number; reason: string } =>
  errcode === ERRCODE.takerIsFull
    ? { state: 'full', errcode, reason: TAKER_FULL }
    : { state: 'failed', errcode, reason: refusalText(errcode) }

/** Why WeCom refused, for people. */
export function refusalText(errcode: number): string {
  const { zh, todo } = errorCode(errcode)
  return `${zh}（${errcode}）${todo === undefined ? '' : `。${todo}`}`
}

export const REFUSED = '客户拒绝了'
export const TAKER_FULL = '接手导购的客户数已达上限，请扩容或换一位导购'
export const NO_RESULT = '企业微信三天内没有给出结果，请到管理后台「客户联系」里核对'
export const NO_ANSWER = '企业微信没有应答，也没有这次转接的记录'

/** transfer_fail's FailReason. Source: doc 92130. */
export const failState = (failReason: string | undefined): { state: 'refused' | 'full' | 'failed'; reason: string } => {
  if (failReason === 'customer_refused') return { state: 'refused', reason: REFUSED }
  if (failReason === 'customer_limit_exceed') return { state: 'full', reason: TAKER_FULL }
  return { state: 'failed', reason: '转接失败，企业微信没有说明原因' }
}

export const STATE_ZH: Record<CustomerState, string> = {
  planned: '还没发起',
  waiting: '等待客户确认',
  done: '已完成',
  refused: '客户拒绝',
  full: '接手人已满',
  failed: '失败',
  unknown: '没有结果',
}

/** One line for a guide. */
export function underWayText(from: string, to: string, takeoverAtMs: number | undefined): string {
  const head = `正在从${from}转给${to}`
  if (takeoverAtMs === undefined) return `${head}，即将发起`
  return `${head}，等待客户确认，最迟 ${shanghaiText(takeoverAtMs)} 自动完成`
}

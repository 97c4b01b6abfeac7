/** `awaiting`: a second person is asked; `planned`: WeCom is to be asked for it; `making`: WeCom works on it; `running`: the
 *  guides have it and publish; `unclear`: nobody knows whether WeCom made it, so it is not made again; `missed`: the server
 *  was down at its time and for too long after it; `cancelled`: who has published it keeps it, the others cannot any more. */
export type MomentState =
  | 'awaiting'
  | 'planned'
  | 'making'
  | 'running'
  | 'unclear'
  | 'finished'
  | 'missed'
  | 'cancelled'
  | 'failed'

export const CANCELLABLE: readonly MomentState[] = ['awaiting', 'planned', 'making', 'running', 'unclear']

export const MOMENT_STATE_ZH: Record<MomentState, string> = {
  awaiting: '等待批准',
  planned: '待创建',
  making: '企业微信正在创建',
  running: '等导购发表',
  unclear: '创建结果不明',
  finished: '已结束',
  missed: '已错过',
  cancelled: '已取消',
  failed: '创建失败',
}

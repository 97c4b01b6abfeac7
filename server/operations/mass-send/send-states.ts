/** As WeCom calls it: to customers one by one, or into groups. */
export type ChatType = 'single' | 'group'

/** `collecting`: another capability still names its recipients; `planning`: its audience is being read; `awaiting`: its
 *  recipients are fixed and a second person is asked; `running`: platform
 *  tasks wait or are polled; `missed`: the server was down at its time and for too long after it; `cancelled`: stopped by
 *  a person or by its file, and tasks that may be on the platform are being taken back. */
export type RunState = 'collecting' | 'planning' | 'awaiting' | 'running' | 'finished' | 'missed' | 'cancelled'

/** One platform task (企业群发) of one guide. `planned`: to be created; `created`: waits for the guide and for results;
 *  `unclear`: nobody knows whether the platform made it, so it is looked for and never made again; `closed`: every
 *  recipient has an outcome; `failed`: the platform refused it. */
export type BatchState = 'planned' | 'created' | 'unclear' | 'closed' | 'failed'
export const OPEN_BATCH_STATES: readonly BatchState[] = ['planned', 'created', 'unclear']

/** What became of one customer, or one group, in one run; written once. `excluded`: kept out by us beforehand; `held-out`: would have got
 *  it, and is only watched, to know what it brings. */
export const OUTCOMES = [
  'planned',
  'sent',
  'excluded',
  'held-out',
  'not-friend',
  'over-limit',
  'not-confirmed',
  'failed',
  'cancelled',
] as const
export type Outcome = (typeof OUTCOMES)[number]
export type OutcomeCounts = Record<Outcome, number>

/** Whom a send was for, whatever became of it. */
export const SENT_TO: readonly Outcome[] = OUTCOMES.filter(
  (outcome) => outcome !== 'excluded' && outcome !== 'held-out',
)

/** 3 位客户, 3 个群 */
export const ofMany = ({ chat_type }: { chat_type: ChatType }, many: number): string =>
  chat_type === 'group' ? `${many} 个群` : `${many} 位客户`

/** Who confirms it on the phone. */
export const CONFIRMER_ZH: Record<ChatType, string> = { single: '导购', group: '群主' }

const OUTCOME_ZH: Record<Outcome, string> = {
  planned: '等待',
  sent: '已送达',
  excluded: '已排除',
  'held-out': '对照组',
  'not-friend': '已不是好友',
  'over-limit': '次数已满',
  'not-confirmed': '未确认',
  failed: '失败',
  cancelled: '已取消',
}

/** `chatType` undefined: of sends of both kinds. */
export const outcomeText = (outcome: Outcome, chatType?: ChatType): string =>
  `${outcome === 'not-confirmed' && chatType !== undefined ? CONFIRMER_ZH[chatType] : ''}${OUTCOME_ZH[outcome]}`

export const RUN_STATE_ZH: Record<RunState, string> = {
  collecting: '正在收集',
  planning: '正在圈人',
  awaiting: '等待批准',
  running: '进行中',
  finished: '已结束',
  missed: '已错过',
  cancelled: '已取消',
}

const BATCH_STATE_ZH: Record<Exclude<BatchState, 'created'>, string> = {
  planned: '待创建',
  unclear: '创建结果不明，正在核对',
  closed: '已结束',
  failed: '创建失败',
}

export const batchStateText = (state: BatchState, chatType: ChatType): string =>
  state === 'created' ? `等待${CONFIRMER_ZH[chatType]}确认或结果` : BATCH_STATE_ZH[state]

/** As WeCom calls it: to customers one by one, or into groups. */
export type ChatType = 'single' | 'group'

/** `later`: waits a day for the free place of those whom a run before it had none for; `collecting`: another capability still names its recipients; `planning`: its audience is being read; `awaiting`: its
 *  recipients are fixed and a second person is asked; `running`: platform
 *  tasks wait or are polled; `missed`: the server was down at its time and for too long after it; `cancelled`: stopped by
 *  a person or by its file, and tasks that may be on the platform are being taken back. */
export type RunState =
  | 'later'
  | 'collecting'
  | 'planning'
  | 'awaiting'
  | 'running'
  | 'finished'
  | 'missed'
  | 'cancelled'

/** One platform task (企业群发) of one guide. `planned`: to be created; `created`: waits for the guide and for results;
 *  `unclear`: nobody knows whether the platform made it, so it is looked for and never made again; `closed`: every
 *  recipient has an outcome; `failed`: the platform refused it. */
export type BatchState = 'planned' | 'created' | 'unclear' | 'closed' | 'failed'
export const OPEN_BATCH_STATES: readonly BatchState[] = ['planned', 'created', 'unclear']

/** What became of one customer, or one group, in one run; written once. `excluded`: kept out by us beforehand; `deferred`: had no place,
 *  and the run of the next day looks again; `held-out`: would have got
 *  it, and is only watched, to know what it brings. */
export const OUTCOMES = [
  'planned',
  'sent',
  'excluded',
  'deferred',
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
  (outcome) => outcome !== 'excluded' && outcome !== 'deferred' && outcome !== 'held-out',
)

/** 3 位客户, 3 个群 */
export const ofMany = ({ chat_type }: { chat_type: ChatType }, many: number): string =>
  chat_type === 'group' ? `${many} 个群` : `${many} 位客户`

/** Who confirms it on the phone. */
export const CONFIRMER_ZH: Record<ChatType, string> = { single: '导购', group: '群主' }

export const OUTCOME_ZH: Record<Outcome, string> = {
  planned: '等待',
  sent: '已送达',
  excluded: '已排除',
  deferred: '改天再发',
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

/** What a person can do about it; undefined: nothing is to be done. */
export const OUTCOME_TODO_ZH: Record<Outcome, string | undefined> = {
  planned: undefined,
  sent: undefined,
  excluded: '用 plan 看每种原因怎么办',
  deferred: undefined,
  'held-out': undefined,
  'not-friend': '等客户再加回这位导购，或者请另一位导购跟进',
  'over-limit': '这是企业微信的上限，下个月再发',
  'not-confirmed': '下次请早点在企业微信「群发助手」里确认；还要发就另写一个群发',
  failed: '照原因改好，还要发就另写一个群发',
  cancelled: '自己不想收的、已经下单的不用管；其余的还要发，就另写一个群发',
}

export const RUN_STATE_ZH: Record<RunState, string> = {
  later: '等下一天',
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

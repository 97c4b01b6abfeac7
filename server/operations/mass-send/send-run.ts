import type { Condition } from '../../rules/schema/condition.ts'
import type { ContentRule } from '../../rules/schema/content.ts'

/** `collecting`: another capability still names its recipients; `planning`: its audience is being read; `running`: platform tasks wait or are polled; `missed`: the server was down
 *  at its time and for too long after it. */
export type RunState = 'collecting' | 'planning' | 'running' | 'finished' | 'missed'

/** One platform task (企业群发) of one guide. `planned`: to be created; `created`: waits for the guide and for results;
 *  `unclear`: nobody knows whether the platform made it, so it is looked for and never made again; `closed`: every
 *  recipient has an outcome; `failed`: the platform refused it. */
export type BatchState = 'planned' | 'created' | 'unclear' | 'closed' | 'failed'
export const OPEN_BATCH_STATES: readonly BatchState[] = ['planned', 'created', 'unclear']

/** What became of one customer in one run; written once. `excluded`: kept out by us beforehand. */
export const OUTCOMES = ['planned', 'sent', 'excluded', 'not-friend', 'over-limit', 'not-confirmed', 'failed'] as const
export type Outcome = (typeof OUTCOMES)[number]
export type OutcomeCounts = Record<Outcome, number>

export const OUTCOME_ZH: Record<Outcome, string> = {
  planned: '等待',
  sent: '已送达',
  excluded: '已排除',
  'not-friend': '已不是好友',
  'over-limit': '次数已满',
  'not-confirmed': '导购未确认',
  failed: '失败',
}

export const RUN_STATE_ZH: Record<RunState, string> = {
  collecting: '正在收集',
  planning: '正在圈人',
  running: '进行中',
  finished: '已结束',
  missed: '已错过',
}

export const BATCH_STATE_ZH: Record<BatchState, string> = {
  planned: '待创建',
  created: '等待导购确认或结果',
  unclear: '创建结果不明，正在核对',
  closed: '已结束',
  failed: '创建失败',
}

/** The rule as it stood when the run was planned: later edits do not change a run. */
export interface SendSnapshot {
  audience: Condition
  content: ContentRule
  guides: string[] | undefined
}

/** What another capability asked for: it named the recipients itself. */
export interface AskedSnapshot {
  content: ContentRule
  /** The rule that asked. */
  rule: RuleRef
  /** Not confirmed by then: cancelled. UTC milliseconds. */
  giveUpAtMs: number
}

export interface RuleRef {
  kind: string
  name: string
  version: string
}

/** The rule that a run goes by. */
export const ruleOf = (run: Pick<RunRow, 'rule_json' | 'send_name' | 'rule_version'>): RuleRef =>
  (JSON.parse(run.rule_json) as Partial<AskedSnapshot>).rule ?? {
    kind: 'send',
    name: run.send_name,
    version: run.rule_version,
  }

export interface RunRow {
  id: number
  send_name: string
  scheduled_at: number
  rule_version: string
  rule_json: string
  state: RunState
  planned_at: number
  audience_after: string
  /** Once per message that another capability asked for; null: a scheduled send. */
  ask_key: string | null
  remark: string | null
  finished_at: number | null
}

export interface BatchRow {
  id: number
  run_id: number
  userid: string
  chunk: number
  size: number
  state: BatchState
  msgid: string | null
  body_text: string | null
  started_at: number | null
  created_at: number | null
  confirmed_at: number | null
  progress_at: number | null
  poll_at: number | null
  remind_at: number | null
  reminded_at: number | null
  /** Not confirmed by then: cancelled; null: never. */
  give_up_at: number | null
  last_error: string | null
}

import Type, { type Static } from 'typebox'
import { ConditionText } from './condition.ts'
import { EventSpec, QuietHours } from './sop-event.ts'
import { STEP_SHAPES } from './sop-step.ts'
import { SopTrigger } from './sop-trigger.ts'

const strict = { additionalProperties: false }
const ShanghaiDate = Type.String({
  pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$',
  description: '日期，如 "2026-12-24"',
})

/** config/sop/*.yaml — a journey. */
export const SopRule = Type.Module({
  ...STEP_SHAPES,
  SopRule: Type.Object(
    {
      sop: Type.String({
        pattern: '^[a-z0-9-]{2,40}$',
        description: 'SOP 的编号，2 到 40 个小写字母、数字或 -；定了就不要改',
      }),
      /** The former id: whoever is inside stays inside. */
      was: Type.Optional(
        Type.String({ pattern: '^[a-z0-9-]{2,40}$', description: '改编号时写旧编号，里面的客户接着走' }),
      ),
      name: Type.String({ minLength: 1, maxLength: 40, description: '给人看的名字' }),
      /** Who answers for it. */
      owner: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: '谁负责这条 SOP' })),
      enabled: Type.Optional(Type.Boolean({ description: '写 false 表示先不启用' })),
      /** Higher goes first where one event begins several, and takes over within one `exclusive` group. Default 50. */
      priority: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 100, description: '优先级 0 到 100，默认 50，大的优先' }),
      ),
      /** Of the journeys with the same word here a customer is in one at a time: the one with the higher priority. */
      exclusive: Type.Optional(
        Type.String({ minLength: 1, maxLength: 40, description: '互斥组的名字：同组的 SOP 一个客户同时只在一个里' }),
      ),
      /** New entries only between these Shanghai days, both included. */
      valid: Type.Optional(
        Type.Object(
          { from: Type.Optional(ShanghaiDate), to: Type.Optional(ShanghaiDate) },
          { ...strict, minProperties: 1, description: '有效期，两头都算' },
        ),
      ),
      trigger: SopTrigger,
      when: Type.Optional(ConditionText),
      /** Shanghai hours in which nobody is asked or told anything: such steps wait for their end. */
      quiet: Type.Optional(QuietHours),
      /** So many percent of those who enter get none of the steps and are only watched, to know what the journey brings. */
      holdOut: Type.Optional(
        Type.Object(
          {
            percent: Type.Integer({ minimum: 1, maximum: 50, description: '对照组占百分之几' }),
            /** For how long both are compared. */
            days: Type.Integer({ minimum: 1, maximum: 365, description: '比较多少天' }),
          },
          { ...strict, description: '对照组：这些人只观察，什么也不做' },
        ),
      ),
      /** How a changed file comes into force for those who enter from now on. Absent: for all of them at once. */
      rollout: Type.Optional(
        Type.Object(
          {
            /** So many percent of new entrants get this version, the others the one before. */
            percent: Type.Integer({ minimum: 1, maximum: 99, description: '先给百分之几的新进客户' }),
            /** Back to the version before, by itself, when so many percent of those on this one are lost. */
            stopWhen: Type.Optional(
              Type.Object(
                {
                  lostPercent: Type.Integer({ minimum: 1, maximum: 100, description: '流失超过百分之几就停' }),
                  /** Not judged on fewer people than this. */
                  after: Type.Integer({ minimum: 10, maximum: 100_000, description: '至少多少人进来以后才判断' }),
                },
                strict,
              ),
            ),
          },
          { ...strict, description: '灰度：新版本先给一部分人' },
        ),
      ),
      /** What becomes of people inside an earlier version. `finish` (default): they end on theirs. `restart`: they begin
       *  this one. `leave`: they leave. `keepStep`: they go on from the same step of this one. */
      inside: Type.Optional(
        Type.Union([Type.Literal('finish'), Type.Literal('restart'), Type.Literal('leave'), Type.Literal('keepStep')], {
          description: '旧版本里的人：finish 走完旧的（默认）、restart 从头走新的、leave 退出、keepStep 从同一步接着走',
        }),
      ),
      steps: Type.Array(Type.Ref('Step'), { minItems: 1 }),
      /** Reaching it ends the journey as a success. */
      goal: Type.Optional(EventSpec),
      /** Any of these ends it. */
      leave: Type.Optional(Type.Array(EventSpec)),
      /** Days before the same customer may enter again; absent: once ever. */
      reenterAfterDays: Type.Optional(
        Type.Integer({ minimum: 0, description: '隔多少天同一个客户可以再进；不写就是只进一次' }),
      ),
    },
    strict,
  ),
}).SopRule
export type SopRule = Static<typeof SopRule>
export type SopStep = SopRule['steps'][number]
export type SopBranch = Extract<SopStep, { choose: unknown }>['choose'][number]
export type SopSplit = Extract<SopStep, { split: unknown }>['split']
export type SopArm = SopSplit['arms'][number]

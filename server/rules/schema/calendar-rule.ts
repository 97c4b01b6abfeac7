import Type, { type Static } from 'typebox'
import { SendContent } from './content.ts'
import { HostRule } from './duty-rule.ts'
import { naming } from './name-kind.ts'

const strict = { additionalProperties: false }
export const WEEKDAYS = ['周一', '周二', '周三', '周四', '周五', '周六', '周日'] as const
const Weekday = Type.Union(
  WEEKDAYS.map((day) => Type.Literal(day)),
  { description: '周一 到 周日' },
)
const TimeOfDay = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: '北京时间，如 "16:00"' })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: '日期，如 "2026-12-02"' })
const Theme = Type.String({ minLength: 1, maxLength: 15, description: '主题日的名字，1 到 15 个字' })
const Holidays = Type.Union([Type.Literal('skip'), Type.Literal('keep'), Type.Literal('workday')], {
  description:
    '遇到国务院公布的放假日：skip 这次不发（默认），keep 照发，workday 顺延到下一个上班日（调休上班的周末也算）',
})

/** config/calendar/*.yaml — the week of a pool's groups: one themed day after another, the same for all its groups. */
export const CalendarRule = Type.Object(
  {
    calendar: Type.String({ minLength: 1, maxLength: 30, description: '名字，1 到 30 个字' }),
    pools: Type.Array(Type.String(naming('pool')), {
      minItems: 1,
      uniqueItems: true,
      description: '哪些群池的群',
    }),
    /** Younger groups are left out. */
    daysOld: Type.Optional(Type.Integer({ minimum: 1, maximum: 365, description: '建了至少多少天的群才发' })),
    /** The first week, of which rotations count; nothing comes before it. */
    from: Type.String({
      pattern: '^\\d{4}-\\d{2}-\\d{2}$',
      description: '从哪一周开始：那一周的周一，如 "2026-11-30"',
    }),
    holidays: Type.Optional(Holidays),
    /** A weekend day on which one works for a holiday. */
    makeUpDays: Type.Optional(
      Type.Union([Type.Literal('keep'), Type.Literal('skip')], {
        description: '周末的主题日遇到调休上班：keep 照发（默认），skip 这次不发',
      }),
    ),
    /** Made from the days of that week, as they fall then. */
    announce: Type.Optional(
      Type.Object(
        {
          on: Weekday,
          at: TimeOfDay,
          text: Type.String({ minLength: 1, description: '预告的话；{本周安排} 换成这一周实际的主题日，一行一个' }),
        },
        { ...strict, description: '本周预告：照这一周实际要发的自动写，改期、放假都已算在内' },
      ),
    ),
    days: Type.Array(
      Type.Object(
        {
          theme: Theme,
          on: Weekday,
          at: TimeOfDay,
          about: Type.Optional(Type.String({ minLength: 1, maxLength: 60, description: '预告里的一句话' })),
          host: Type.Optional(HostRule),
          holidays: Type.Optional(Holidays),
          /** In turn, one a week. */
          weeks: Type.Array(SendContent, {
            minItems: 1,
            maxItems: 12,
            description: '内容：写一份每周都发它，写几份就一周一份轮着发',
          }),
        },
        strict,
      ),
      { minItems: 1, maxItems: 14, description: '一周的主题日' },
    ),
    /** Of one week each. */
    moves: Type.Optional(
      Type.Array(
        Type.Object(
          {
            theme: Theme,
            from: Day,
            to: Type.Optional(Day),
            at: Type.Optional(TimeOfDay),
          },
          { ...strict, description: '只改一周：from 原来的日期，to 改到哪天、at 改到几点；都不写就是这一次不发' },
        ),
        { maxItems: 100, description: '改期，每条只改那一周' },
      ),
    ),
    /** So long before each of its times the groups are fixed and a second person is asked; without a yes nothing goes out. */
    approval: Type.Optional(
      Type.String({
        pattern: '^[1-9]\\d{0,3}[mhd]$',
        description: '要另一个人批准：每次到点前多久定下有哪些群等人批准，如 24h、2d；到点还没有人批准就不发',
      }),
    ),
    enabled: Type.Optional(Type.Boolean({ description: '写 false 表示先不启用' })),
  },
  strict,
)
export type CalendarRule = Static<typeof CalendarRule>
export type CalendarDay = CalendarRule['days'][number]

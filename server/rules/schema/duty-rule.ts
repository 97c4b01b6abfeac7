import Type, { type Static } from 'typebox'

const strict = { additionalProperties: false }
const Duration = (description: string) => Type.String({ pattern: '^[1-9]\\d{0,3}[mhd]$', description })
const Member = Type.String({ minLength: 1 })
const Script = Type.String({ minLength: 1, maxLength: 2_000, description: '那天谁先说什么、接着说什么；原样放进待办' })

/** What is asked of staff without a customer, wherever it is written. */
const asked = {
  /** What they write when it is done. */
  evidence: Type.Optional(
    Type.String({ minLength: 1, maxLength: 40, description: '做完要写一句什么，如 几个人接龙；不写就点一下完成' }),
  ),
  within: Type.Optional(Duration('多久内要做完，如 3h；过了就告诉 tell 里的人，默认 3h')),
  tell: Type.Optional(
    Type.Array(Member, {
      minItems: 1,
      maxItems: 20,
      description: '没按时做完或做不了，告诉谁（userid）；不写：做不了时告诉维护服务器的人',
    }),
  ),
}

/** Of a themed day: who is the host, and what they say. */
export const HostRule = Type.Object(
  {
    who: Type.Optional(
      Type.Array(Member, {
        minItems: 1,
        maxItems: 12,
        description: '主持的人（userid），写几位就一周一位轮着来；不写就是每个群的群主',
      }),
    ),
    before: Type.Optional(Duration('提前多久给待办，如 1h，默认 1h')),
    /** In turn, one a week. */
    scripts: Type.Optional(
      Type.Array(Script, { minItems: 1, maxItems: 12, description: '主持稿：写一份每周都用它，写几份就一周一份' }),
    ),
    ...asked,
  },
  { ...strict, description: '这一天的主持：到点前给主持人一条待办' },
)
export type HostRule = Static<typeof HostRule>

export const DutyRule = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 60, description: '做什么，一句话，如 把群公告换成本周安排' }),
    who: Type.Optional(
      Type.Array(Member, { minItems: 1, maxItems: 20, description: '请谁做（userid），每人一条；不写就是群主' }),
    ),
    script: Type.Optional(Script),
    ...asked,
  },
  { ...strict, description: '给员工的待办，不关于哪一位客户' },
)
export type DutyRule = Static<typeof DutyRule>

import Type, { type Static } from 'typebox'
import { ConditionText } from './condition.ts'
import { SendContent } from './content.ts'

const strict = { additionalProperties: false }

/** What a send to customers says: one message for all, or versions of it, by condition or by lot; the checks let exactly one of the
 *  three be written. `choose` and `split` read as those of a journey. */
export const VariedContent = Type.Object(
  {
    ...SendContent.properties,
    choose: Type.Optional(
      Type.Array(
        Type.Union([
          Type.Object(
            {
              variant: Type.String({
                minLength: 1,
                maxLength: 20,
                description: '这一版的名字，结果按它分开看，如 老客',
              }),
              when: ConditionText,
              ...SendContent.properties,
            },
            strict,
          ),
          Type.Object({ otherwise: SendContent }, strict),
        ]),
        {
          minItems: 2,
          maxItems: 8,
          description: '按条件分几版：从上往下第一个成立的 when，都不成立的收到最后的 otherwise；只有一版就直接写 text',
        },
      ),
    ),
    /** The same person always gets the same arm of one send. */
    split: Type.Optional(
      Type.Object(
        {
          days: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 90,
              description: '看发出后多少天里的订单，默认 7；写了 holdOut 就用它的 days，这里不写',
            }),
          ),
          arms: Type.Array(
            Type.Object(
              {
                arm: Type.String({ minLength: 1, maxLength: 20, description: '分组的名字，如 A' }),
                weight: Type.Integer({
                  minimum: 1,
                  maximum: 99,
                  description: '百分之几的人收到这一版，各组加起来是 100',
                }),
                ...SendContent.properties,
              },
              strict,
            ),
            { minItems: 2, maxItems: 8, description: '至少两组；只有一版就直接写 text' },
          ),
        },
        { ...strict, description: '抽签分几版，比较哪一版带来的订单多' },
      ),
    ),
  },
  strict,
)
export type VariedContent = Static<typeof VariedContent>
export type Branch = NonNullable<VariedContent['choose']>[number]

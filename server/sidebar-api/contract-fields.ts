import Type, { type Static } from 'typebox'
import { ChangeKey, OrNull } from './contract-base.ts'

/** Words, a whole number, a day `2026-05-20`, or some of the options. */
const Value = Type.Union([Type.String(), Type.Integer(), Type.Array(Type.String())])
/** The same as it comes in: the validator would make words of numbers. What it must be depends on the field, which the route
 *  looks at. */
const Said = Type.Unsafe<Static<typeof Value> | null>({})

/** A field of profile.yaml and what is known of it. */
export const ProfileFieldView = Type.Object({
  field: Type.String(),
  name: Type.String(),
  type: Type.Union([
    Type.Literal('text'),
    Type.Literal('number'),
    Type.Literal('date'),
    Type.Literal('choice'),
    Type.Literal('choices'),
  ]),
  options: Type.Array(Type.String()),
  unit: OrNull(Type.String()),
  min: OrNull(Type.Integer()),
  max: OrNull(Type.Integer()),
  hint: OrNull(Type.String()),
  /** Guides are asked to find it out. */
  isRequired: Type.Boolean(),
  mayEdit: Type.Boolean(),
  value: OrNull(Value),
  /** The same for people: `4 口`; empty: not known. */
  text: Type.String(),
  /** `商城`, or a name. */
  by: OrNull(Type.String()),
  atMs: OrNull(Type.Number()),
})
export type ProfileFieldView = Static<typeof ProfileFieldView>
export type FieldValue = NonNullable<ProfileFieldView['value']>

/** POST customers/:externalUserId/fields — only what was changed; null forgets. `saw`: what stood there for the guide; with another
 *  value by now it is refused. Each field is kept or refused by itself (`FieldsRefused`). */
export const FieldsChange = Type.Object(
  {
    changes: Type.Array(
      Type.Object(
        { field: Type.String({ minLength: 1, maxLength: 20 }), value: Said, saw: Said },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 30 },
    ),
    key: ChangeKey,
  },
  { additionalProperties: false },
)
export type FieldsChange = Static<typeof FieldsChange>

/** 400 to it, code `sidebar.fields-refused`: these were not kept, each with why and what to do next; the others were. `name`: for people;
 *  `saw`: what whoever has read that may say they have seen there. */
export const FieldsRefused = Type.Object({
  code: Type.String(),
  zh: Type.String(),
  refused: Type.Array(
    Type.Object({ field: Type.String(), name: Type.String(), zh: Type.String(), saw: OrNull(Value) }),
  ),
})
export type FieldsRefused = Static<typeof FieldsRefused>
export type RefusedField = FieldsRefused['refused'][number]

import Type, { type Static } from 'typebox'
import { optionalInteger, optionalText } from './common.ts'

const Text = Type.String({ minLength: 1 })
/** Unique per app; the key of the answer's event. */
const TaskId = Type.Refine(
  Type.String(),
  (value) => /^[0-9a-zA-Z_\-@]{1,128}$/.test(value),
  () => '卡片的任务编号只能有字母、数字和 _-@，1–128 个',
)
const Jump = {
  /** 0 none, 1 url, 2 mini-program. */
  type: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 })),
  url: optionalText,
  appid: optionalText,
  pagepath: optionalText,
}
const Title = Type.Object({ title: optionalText, desc: optionalText })
const optionsOf = (most: number) =>
  Type.Array(Type.Object({ id: Text, text: Text, is_checked: Type.Optional(Type.Boolean()) }), {
    minItems: 1,
    maxItems: most,
  })
const SubmitButton = Type.Object({ text: Text, key: Text })

/** What every card may have; counts of doc 90236. */
const shared = {
  source: Type.Optional(Type.Object({ icon_url: optionalText, desc: optionalText, desc_color: optionalInteger })),
  main_title: Type.Optional(Title),
  quote_area: Type.Optional(Type.Object({ ...Jump, title: optionalText, quote_text: optionalText })),
  sub_title_text: optionalText,
  horizontal_content_list: Type.Optional(
    Type.Array(
      Type.Object({
        keyname: Text,
        value: optionalText,
        /** 1 url, 2 file, 3 member. */
        type: optionalInteger,
        url: optionalText,
        media_id: optionalText,
        userid: optionalText,
      }),
      { maxItems: 6 },
    ),
  ),
  jump_list: Type.Optional(Type.Array(Type.Object({ ...Jump, title: Text }), { maxItems: 3 })),
  action_menu: Type.Optional(
    Type.Object({
      desc: optionalText,
      action_list: Type.Array(Type.Object({ text: Text, key: Text }), { minItems: 1 }),
    }),
  ),
}
const CardAction = Type.Object({ ...Jump, type: Type.Integer({ minimum: 1, maximum: 2 }) })
const Lines = Type.Optional(Type.Array(Type.Object({ title: Text, desc: optionalText }), { maxItems: 4 }))

/** A card (模板卡片): notices open a page, the other three are answered with an event template_card_event. Doc 90236. */
export const TemplateCard = Type.Union([
  Type.Object({
    card_type: Type.Literal('text_notice'),
    ...shared,
    emphasis_content: Type.Optional(Title),
    card_action: CardAction,
    task_id: Type.Optional(TaskId),
  }),
  Type.Object({
    card_type: Type.Literal('news_notice'),
    ...shared,
    main_title: Type.Object({ title: Text, desc: optionalText }),
    card_image: Type.Optional(Type.Object({ url: Text, aspect_ratio: Type.Optional(Type.Number()) })),
    image_text_area: Type.Optional(Type.Object({ ...Jump, title: optionalText, desc: optionalText, image_url: Text })),
    vertical_content_list: Lines,
    card_action: CardAction,
    task_id: Type.Optional(TaskId),
  }),
  Type.Object({
    card_type: Type.Literal('button_interaction'),
    ...shared,
    task_id: TaskId,
    button_selection: Type.Optional(
      Type.Object({
        question_key: Text,
        title: optionalText,
        option_list: optionsOf(10),
        selected_id: optionalText,
      }),
    ),
    button_list: Type.Array(
      Type.Object({
        text: Text,
        /** 0 event (default), 1 url. */
        type: optionalInteger,
        key: optionalText,
        url: optionalText,
        style: optionalInteger,
      }),
      { minItems: 1, maxItems: 6 },
    ),
  }),
  Type.Object({
    card_type: Type.Literal('vote_interaction'),
    ...shared,
    task_id: TaskId,
    checkbox: Type.Object({
      question_key: Text,
      /** 0 one answer, 1 several. */
      mode: optionalInteger,
      option_list: optionsOf(20),
    }),
    submit_button: SubmitButton,
  }),
  Type.Object({
    card_type: Type.Literal('multiple_interaction'),
    ...shared,
    task_id: TaskId,
    select_list: Type.Array(
      Type.Object({ question_key: Text, title: optionalText, selected_id: optionalText, option_list: optionsOf(10) }),
      { minItems: 1, maxItems: 3 },
    ),
    submit_button: SubmitButton,
  }),
])
export type TemplateCard = Static<typeof TemplateCard>

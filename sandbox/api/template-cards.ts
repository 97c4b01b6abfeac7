import { refuse } from '../refusal.ts'

type Json = Record<string, unknown>
const isFilled = (value: unknown): value is string => typeof value === 'string' && value !== ''
const asObject = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.map(asObject) : [])

/** Cards a member can answer: they need a task_id and give a response_code. */
export const ANSWERABLE: ReadonlySet<string> = new Set([
  'button_interaction',
  'vote_interaction',
  'multiple_interaction',
])
const KINDS: ReadonlySet<string> = new Set(['text_notice', 'news_notice', ...ANSWERABLE])

function checkLink(link: Json, required: boolean): void {
  if (link.type === 1 && !isFilled(link.url)) refuse(42028, 'url missing')
  if (link.type === 2 && !isFilled(link.appid)) refuse(42030, 'appid missing')
  if (required && link.type !== 1 && link.type !== 2) refuse(42045, 'card_action missing')
}

function checkOptions(list: unknown, most: number): void {
  const options = listOf(list)
  if (options.length < 1 || options.length > most) refuse(42037, 'invalid number of options')
  for (const option of options) {
    if (!isFilled(option.id)) refuse(42040, 'option id missing')
    if (!isFilled(option.text)) refuse(42041, 'option text missing')
  }
}

function checkSubmit(button: unknown): void {
  if (!isFilled(asObject(button).text)) refuse(42049, 'submit_button.text missing')
  if (!isFilled(asObject(button).key)) refuse(42046, 'submit_button.key missing')
}

/** What every card may have. */
function checkShared(card: Json): void {
  const horizontal = listOf(card.horizontal_content_list)
  if (horizontal.length > 6) refuse(42035, 'too many horizontal_content_list')
  for (const row of horizontal) {
    if (!isFilled(row.keyname)) refuse(42027, 'keyname missing')
    if (row.type === 1 && !isFilled(row.url)) refuse(42028, 'url missing')
    if (row.type === 2 && !isFilled(row.media_id)) refuse(42029, 'media_id missing')
    if (row.type === 3 && !isFilled(row.userid)) refuse(42050, 'userid missing')
  }
  const vertical = listOf(card.vertical_content_list)
  if (vertical.length > 4) refuse(42036, 'too many vertical_content_list')
  const jumps = listOf(card.jump_list)
  if (jumps.length > 3) refuse(42042, 'too many jump_list')
  if ([...vertical, ...jumps].some((row) => !isFilled(row.title))) refuse(42033, 'title missing')
  for (const jump of jumps) checkLink(jump, false)
  const keys = listOf(asObject(card.action_menu).action_list).map((action) => action.key)
  if (new Set(keys).size < keys.length) refuse(42051, 'key used twice')
}

const CHECKS: Record<string, (card: Json) => void> = {
  text_notice: (card) => {
    if (!isFilled(asObject(card.main_title).title) && !isFilled(card.sub_title_text)) refuse(42033, 'title missing')
    checkLink(asObject(card.card_action), true)
  },
  news_notice: (card) => {
    if (!isFilled(asObject(card.main_title).title)) refuse(42033, 'title missing')
    if (!isFilled(asObject(card.card_image).url) && card.image_text_area === undefined) refuse(42044, 'image missing')
    checkLink(asObject(card.card_action), true)
  },
  button_interaction: (card) => {
    const buttons = listOf(card.button_list)
    if (buttons.length < 1 || buttons.length > 6) refuse(42038, 'invalid number of buttons')
    for (const button of buttons) {
      if (!isFilled(button.text)) refuse(42038, 'button text missing')
      if (button.type !== 1 && !isFilled(button.key)) refuse(42039, 'button key missing')
    }
  },
  vote_interaction: (card) => {
    const box = asObject(card.checkbox)
    if (!isFilled(box.question_key)) refuse(42043, 'question_key missing')
    checkOptions(box.option_list, 20)
    checkSubmit(card.submit_button)
  },
  multiple_interaction: (card) => {
    const selects = listOf(card.select_list)
    if (selects.length < 1 || selects.length > 3) refuse(42047, 'invalid number of select_list')
    for (const select of selects) {
      if (!isFilled(select.question_key)) refuse(42043, 'question_key missing')
      checkOptions(select.option_list, 10)
    }
    checkSubmit(card.submit_button)
  },
}

/** Refuses a card that lacks or exceeds something. `isUpdate`: the task_id may be left out. Docs 90236, 94888. */
export function checkTemplateCard(card: Json, options: { isUpdate?: boolean } = {}): void {
  const kind = isFilled(card.card_type) ? card.card_type : ''
  if (!KINDS.has(kind)) refuse(42031, 'invalid card_type')
  const needsTask = ANSWERABLE.has(kind) || card.action_menu !== undefined
  const taskId = card.task_id
  const isTaskId = isFilled(taskId) && /^[0-9a-zA-Z_\-@]{1,128}$/.test(taskId)
  if (needsTask && !isTaskId && !(options.isUpdate && taskId === undefined)) refuse(42014, 'invalid task_id')
  CHECKS[kind]?.(card)
  checkShared(card)
}

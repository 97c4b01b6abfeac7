const CUSTOMER_NAME = /\{客户昵称\}[，,、:：!！]?\s*/g

/** The text of a mass-send for one guide. The platform sends one text to all customers of a task, so {客户昵称} cannot
 *  be filled in: it is taken out, with the comma or colon after it. {导购名} can, since a task has one guide. */
export function fillForGuide(text: string, guideName: string | undefined): string {
  return text
    .replace(CUSTOMER_NAME, '')
    .replaceAll('{导购名}', () => guideName ?? '')
    .trim()
}

/** What the operator must be told about the text; undefined when it goes out as written. */
export function remarkOnText(text: string | undefined): string | undefined {
  if (text === undefined || text.search(CUSTOMER_NAME) < 0) return undefined
  return '正文里的 {客户昵称} 已去掉：群发对所有客户是同一段文字，不能逐个称呼'
}

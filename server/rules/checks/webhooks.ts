import { meansEvent, personalFieldsOf, STEP_EVENT } from '../book/webhook-events.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import type { Draft } from '../files/draft.ts'
import type { WebhookRule } from '../schema/rule-files.ts'
import type { CheckContext } from './check-context.ts'

type Context = Pick<CheckContext, 'vocabulary'>

export function checkWebhooks(context: Context, webhooks: Draft<WebhookRule>[]): void {
  const names = context.vocabulary.forwarded.map(({ name }) => name)
  for (const draft of webhooks) {
    checkUrl(draft)
    const { events } = draft.value
    for (const [index, pattern] of events.entries()) {
      if (events.indexOf(pattern) < index) draft.fault(['events', index], `「${pattern}」写了两次`, '只留一个')
      if (names.some((event) => meansEvent(pattern, event))) continue
      const meant = didYouMean(pattern, names)
      const hint = meant === undefined ? `能写的有 ${names.join('、')}` : `是不是想写 ${meant}`
      draft.fault(['events', index], `没有「${pattern}」这种事件`, hint)
    }
    adviseFields(context, draft)
  }
}

/** What is not named does not go out, so a name that means nothing is as silent as none at all. */
function adviseFields({ vocabulary: { forwarded } }: Context, draft: Draft<WebhookRule>): void {
  const { events, fields } = draft.value
  // Steps of journeys call whatever webhook they name.
  const heard = forwarded.filter(({ name }) => name === STEP_EVENT || events.some((one) => meansEvent(one, name)))
  if (fields === undefined) {
    const left = personalFieldsOf(forwarded, events)
    if (left.length === 0) return
    const how = '对方确实需要的写进 fields；一个都不需要，写 fields: []'
    draft.advise(['events'], `没有写 fields，这些个人信息不转发：${left.join('、')}`, how)
    return
  }
  const known = [...new Set(heard.flatMap(({ plain, personal }) => [...plain, ...personal]))]
  for (const [index, field] of fields.entries()) {
    if (field === 'externalUserId' || known.includes(field)) continue
    const meant = didYouMean(field, known)
    const hint = meant === undefined ? `有的是 ${known.join('、')}` : `是不是想写 ${meant}`
    draft.advise(['fields', index], `这些事件里没有「${field}」这个字段`, hint)
  }
}

function checkUrl(draft: Draft<WebhookRule>): void {
  const { url } = draft.value
  if (!URL.canParse(url)) {
    draft.fault(['url'], '这不是一个网址', '写完整的网址，如 https://crm.example.com/huoshui')
    return
  }
  const { protocol, username, password } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:') draft.fault(['url'], '网址要用 https 开头', '改成 https://')
  if (username !== '' || password !== '')
    draft.fault(['url'], '网址里不能写账号和密码', '对方用签名认人，密钥写在环境变量 WEBHOOK_SECRETS 里')
}

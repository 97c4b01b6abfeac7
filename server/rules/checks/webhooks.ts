import { meansEvent } from '../book/webhook-events.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import type { Draft } from '../files/draft.ts'
import type { WebhookRule } from '../schema/rule-files.ts'
import type { CheckContext } from './check-context.ts'

export function checkWebhooks({ vocabulary }: Pick<CheckContext, 'vocabulary'>, webhooks: Draft<WebhookRule>[]): void {
  for (const draft of webhooks) {
    checkUrl(draft)
    const { events } = draft.value
    for (const [index, pattern] of events.entries()) {
      if (events.indexOf(pattern) < index) draft.fault(['events', index], `「${pattern}」写了两次`, '只留一个')
      if (vocabulary.forwarded.some((event) => meansEvent(pattern, event))) continue
      const meant = didYouMean(pattern, vocabulary.forwarded)
      const hint = meant === undefined ? `能写的有 ${vocabulary.forwarded.join('、')}` : `是不是想写 ${meant}`
      draft.fault(['events', index], `没有「${pattern}」这种事件`, hint)
    }
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

import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { ConsentScope, ConsentSource } from '../privacy/privacy-tables.ts'
import { SCOPE_WORDS } from '../privacy/scope-words.ts'

export interface Refused {
  scope: ConsentScope
  source: ConsentSource
  /** UTC milliseconds; null: until there is another word. */
  until_at: number | null
}

const frame = (body: string): string => `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>消息退订</title>
<style>
:root { color-scheme: light dark; background: Canvas; color: CanvasText; font: 16px/1.6 system-ui, sans-serif }
main { max-width: 420px; margin: clamp(12px, 7vh, 96px) auto 24px; padding: 0 20px }
h1 { font-size: 20px }
fieldset { margin: 12px 0 0; padding: 0; border: 0 }
legend { padding: 0; font-weight: 600 }
label { display: flex; align-items: flex-start; gap: 10px; box-sizing: border-box; min-height: 44px; padding: 9px 0 }
input { flex: none; width: 18px; height: 18px; margin: 4px 0 0; accent-color: #1677c8 }
button { width: 100%; min-height: 48px; margin-top: 16px; border: 0; border-radius: 8px; background: #1677c8; color: #fff; font: inherit }
button.plain { background: none; color: inherit; border: 1px solid currentcolor }
p.now { padding: 12px; border-radius: 8px; background: #8882 }
small { display: block; margin-top: 20px; opacity: .75 }
</style>
</head>
<body><main>${body}</main></body>
</html>
`

const refusedText = ({ scope, until_at: untilAt }: Refused): string =>
  `不再收到${SCOPE_WORDS[scope]}${untilAt === null ? '' : `，到 ${shanghaiText(untilAt).slice(0, 10)}`}`

const endOf = ({ until_at: untilAt }: Refused): number => untilAt ?? Number.POSITIVE_INFINITY

/** Without the parts of a whole that lasts as long. */
function telling(refused: readonly Refused[]): Refused[] {
  const whole = refused.find(({ scope }) => scope === '')
  return refused.filter((one) => whole === undefined || one === whole || endOf(one) > endOf(whole))
}

/** The one page behind a link: it changes nothing by being opened, and says nothing of whose link it is. `changed`: what was
 *  just done. */
export function optOutPage(refused: readonly Refused[], changed?: 'refused' | 'given'): string {
  const isGivenBack = changed === 'given' && refused.length === 0
  const done = changed === 'refused' ? '<h1>已经退订</h1>' : isGivenBack ? '<h1>已经恢复</h1>' : '<h1>消息退订</h1>'
  const now =
    refused.length === 0
      ? '<p class="now">现在：会收到我们的福利和活动消息。</p>'
      : `<p class="now">现在：${telling(refused).map(refusedText).join('；')}。</p>`
  const note = '<small>订单、售后和您自己问的事照常回复您。这个链接只管消息，不显示您的任何资料。</small>'
  if (refused.some(({ source }) => source === 'age')) {
    return frame([done, now, '<p>未满十四周岁，由监护人联系我们恢复。</p>', note].join('\n'))
  }
  const ask = `<form method="post">
<input type="hidden" name="refuses" value="yes">
<fieldset><legend>不想收到什么</legend>
<label><input type="radio" name="scope" value="" checked>福利、活动和自动跟进的消息都不要</label>
<label><input type="radio" name="scope" value="sends">只不要群发</label>
</fieldset>
<fieldset><legend>停多久</legend>
<label><input type="radio" name="days" value="" checked>以后都不要</label>
<label><input type="radio" name="days" value="90">先停 90 天</label>
</fieldset>
<button>${refused.length === 0 ? '确认退订' : '改成这样'}</button>
</form>`
  const back = `<form method="post"><input type="hidden" name="refuses" value="no"><button class="plain">恢复接收</button></form>`
  return frame([done, now, ask, refused.length === 0 ? '' : back, note].join('\n'))
}

export const gonePage = (): string =>
  frame('<h1>这个链接已经失效</h1><p>不想收到消息，直接回复您的顾问「退订」，由顾问替您记下。</p>')

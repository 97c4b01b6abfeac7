import { shanghaiNear } from '../../core/kernel/shanghai.ts'
import { shownName } from '../../core/kernel/shown-name.ts'
import { APP_TEXT_BYTES } from '../../core/kernel/wecom-limits.ts'

export interface NoticeLine {
  /** Customer's name; undefined while unknown. */
  name: string | undefined
  title: string
  dueAtMs: number | undefined
  openedAtMs: number
  /** Not about a customer. */
  isDuty?: true
}

const bytes = (text: string): number => Buffer.byteLength(text)
/** One line each, and nothing may turn into markup. */
const plain = (text: string): string => text.replace(/[\s*_`#>[\]()<]+/g, ' ').trim()

/** Markdown for a guide: how many new to-dos, and the first of them as far as they fit into 2,048 bytes. The same tasks
 *  give the same text, so that WeCom's duplicate check catches a repeated call. `lines` must not be empty. */
export function noticeText(lines: NoticeLine[]): string {
  const newest = Math.max(...lines.map((line) => line.openedAtMs))
  const head = `**您有 ${lines.length} 条新待办**（${shanghaiNear(newest)}）`
  const tail = `${lines.some((line) => !line.isDuty) ? '\n打开与客户的聊天，在侧边栏里处理。' : ''}${lines.some((line) => line.isDuty) ? '\n群务在工作台打开应用，在「我的一天」里处理。' : ''}`
  let body = ''
  for (const [at, line] of lines.entries()) {
    const due = line.dueAtMs === undefined ? '' : `（${shanghaiNear(line.dueAtMs)} 前）`
    const next = `\n> ${plain(shownName(line.name ?? '')) || '客户'}：${plain(line.title)}${due}`
    const rest = lines.length - at
    const more = `\n> ……还有 ${rest} 条`
    const reserve = rest > 1 ? bytes(more) : 0
    if (bytes(head + body + next + tail) + reserve > APP_TEXT_BYTES) {
      body += more
      break
    }
    body += next
  }
  return head + body + tail
}

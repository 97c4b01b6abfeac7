import { parseArgs } from 'node:util'
import { AppError } from '../../core/kernel/app-error.ts'
import { HANDOVER_MESSAGE_CHARS } from '../../core/kernel/wecom-limits.ts'
import { type Assignment, type HandoverRequest, takersOf, USUAL_MOST_CUSTOMERS } from './handover-request.ts'

export interface AskedOnCommandLine {
  request: HandoverRequest
  /** To each customer afterwards; ≤200 characters. */
  message: string | undefined
}

const WHAT = ['customers', 'groups', 'all'] as const

const wrong = (zh: string): never => {
  throw new AppError('handover.wrong-use', 'the command line cannot be read', { zh })
}

/** What the words of the command line ask for. Throws handover.wrong-use with a Chinese text. */
export function readRequest(words: readonly string[]): AskedOnCommandLine {
  const values = parsed(words)
  const fromUserId = values.from ?? wrong('要用 --from 写明从哪位成员转出（账号）。')
  const request: HandoverRequest = {
    fromUserId,
    toUserIds: (values.to ?? '').split(/[,，]/).flatMap((userId) => (userId.trim() === '' ? [] : [userId.trim()])),
    assignments: (values.give ?? []).map(assignment),
    tags: values.tag ?? [],
    channels: values.channel ?? [],
    what: whatOf(values),
    mostCustomers: wholeNumber('--most', values.most) ?? USUAL_MOST_CUSTOMERS,
    limit: wholeNumber('--limit', values.limit),
  }
  if (takersOf(request).length === 0) wrong('要用 --to 或 --give 写明转给谁（账号）。')
  if (request.what !== 'customers' && request.toUserIds.length === 0) {
    wrong('群要转给谁请用 --to 写明；只转客户请加 --what customers。')
  }
  if ([...(values.message ?? '')].length > HANDOVER_MESSAGE_CHARS)
    wrong(`--message 最多 ${HANDOVER_MESSAGE_CHARS} 个字。`)
  return { request, message: values.message }
}

function parsed(words: readonly string[]) {
  try {
    const list = { type: 'string', multiple: true } as const
    const one = { type: 'string' } as const
    return parseArgs({
      args: [...words],
      options: {
        from: one,
        to: one,
        give: list,
        tag: list,
        channel: list,
        what: one,
        limit: one,
        most: one,
        message: one,
      },
      strict: true,
    }).values
  } catch (error) {
    const option = /'(--?[^ ']+)/.exec(String(error))?.[1] ?? /'([^']+)'/.exec(String(error))?.[1]
    return wrong(option === undefined ? '参数读不懂。' : `读不懂 ${option}：没有这个选项，或少了它的值。`)
  }
}

/** A condition on customers says nothing about groups. */
function whatOf(values: ReturnType<typeof parsed>): HandoverRequest['what'] {
  const { what } = values
  if (what === undefined) {
    const isAboutCustomers = [values.tag, values.channel, values.give, values.limit].some(
      (value) => value !== undefined,
    )
    return isAboutCustomers ? 'customers' : 'all'
  }
  return WHAT.find((one) => one === what) ?? wrong('--what 只能是 customers（客户）、groups（群）或 all（都转）。')
}

function assignment(text: string): Assignment {
  const [, by, value, toUserId] = /^(tag|channel):(.+)=([^=]+)$/.exec(text) ?? []
  if (value === undefined || toUserId === undefined || (by !== 'tag' && by !== 'channel')) {
    return wrong(`--give ${text} 读不懂，写法如 --give tag:口味/厚切=lisi 或 --give channel:直播间=wangwu。`)
  }
  return { by, value, toUserId }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : wrong(`${name} 后面要写一个大于 0 的整数。`)
}

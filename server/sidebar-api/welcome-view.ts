import type { WelcomeOutcome } from '../operations/welcome/welcome-store.ts'
import type { Profile } from './contract.ts'

/** What became of the welcome of a pair's present friendship. `outcomes`: newest first. */
export function welcomeView(outcomes: WelcomeOutcome[], userId: string): Profile['welcome'] {
  const newest = outcomes.find((outcome) => outcome.userId === userId)
  if (newest === undefined) return null
  const atMs = newest.sentAtMs ?? null
  switch (newest.state) {
    case 'waiting':
      return { state: 'waiting', text: '欢迎语正在发送', atMs }
    case 'sent':
      return { state: 'sent', text: `已发送欢迎语「${newest.rule ?? ''}」${leftOut(newest)}`, atMs }
    case 'sent-or-taken':
      return { state: 'unsure', text: '欢迎语不确定是否发出（发送途中断线），请看一眼聊天记录', atMs }
    case 'taken':
    case 'late':
    case 'failed':
    case 'none':
      return { state: 'not-sent', text: `未发送欢迎语：${newest.reason ?? '没有留下原因'}`, atMs }
  }
}

const leftOut = ({ leftOut: names }: WelcomeOutcome): string =>
  names.length === 0 ? '' : `，没带上${names.join('、')}`

import { DAY_MS, MINUTE_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import { type DeadLetter, deadLetters } from '../engine/actions/dead-letters.ts'
import type { Estimate } from '../engine/actions/estimate.ts'
import { readEta } from '../platform/deployment/eta.ts'
import { actionKindText } from './action-kind-text.ts'
import { LETTER_HEADER, type LetterNames, letterCells, letterNames, letterNumber, letterText } from './actions-text.ts'
import { cliFault } from './frame/cli-fault.ts'
import { defineCommand, mostListed, type Program } from './frame/command.ts'
import { or, text, whole } from './frame/slot.ts'

const sheetOf = (letters: readonly DeadLetter[], names: LetterNames) => ({
  header: LETTER_HEADER,
  rows: letters.map((letter) => letterCells(letter, names)),
})

const dataOf = (letters: readonly DeadLetter[]) =>
  letters.map((letter) => ({ number: letterNumber(letter), ...letter }))

const dead = defineCommand({
  name: 'dead',
  audited: 'look',
  scope: 'customers',
  says: '反复失败、已经放弃的动作（A 开头）和事件（E 开头），以及原因',
  lists: true,
  run: async (_values, desk, form) => {
    const { letters, count, names } = await (await desk.db()).tx(async (tx) => {
      const found = await deadLetters.list(tx, mostListed(form))
      return { letters: found, count: await deadLetters.count(tx), names: await letterNames(tx, found) }
    })
    const total = count.action + count.event
    const lines = letters.map((letter) => letterText(letter, names))
    if (letters.length < total) lines.push(`……另有 ${total - letters.length} 条，用 --csv 全部列出。`)
    const advice = '先解决上面写的原因，再运行 npm run -s actions -- retry <编号、种类或 all>。'
    const head = `已放弃：动作 ${count.action} 条，事件 ${count.event} 条`
    return {
      text: total === 0 ? '没有被放弃的动作或事件。' : [head, '', ...lines, '', advice].join('\n'),
      data: { ...count, letters: dataOf(letters) },
      sheet: sheetOf(letters, names),
      isNo: total > 0,
    }
  },
})

const failed = defineCommand({
  name: 'failed',
  audited: 'look',
  scope: 'customers',
  says: '近几天被企业微信拒绝、或过了时限的动作：谁的、什么、为什么',
  lists: true,
  words: { days: or(7, whole('天数', '往回看几天', { min: 1, max: 366 })) },
  run: async ({ days }, desk, form) => {
    const limit = mostListed(form)
    const sinceMs = desk.clock.now() - days * DAY_MS
    const { letters, names } = await (await desk.db()).tx(async (tx) => {
      const found = await deadLetters.refused(tx, { sinceMs, limit })
      return { letters: found, names: await letterNames(tx, found) }
    })
    const rest = letters.length === limit ? ['……可能还有更多，用 --csv 全部列出。'] : []
    const head = `近 ${days} 天被拒绝或过了时限的动作，新的在前`
    const lines = letters.map((letter) => letterText(letter, names))
    return {
      text: letters.length === 0 ? `近 ${days} 天没有被拒绝的动作。` : [head, '', ...lines, ...rest].join('\n'),
      data: { days, actions: dataOf(letters) },
      sheet: sheetOf(letters, names),
      isNo: letters.length > 0,
    }
  },
})

const retry = defineCommand({
  name: 'retry',
  audited: 'change',
  scope: 'operate',
  says: '重新排队：一条、这一种的全部，或者全部',
  more: '重新排队后，运行中的服务一秒内会再试。欢迎语不会重发：过了 20 秒已没有意义。',
  words: { which: text('编号、种类或 all', 'dead 列出的编号（A12、E7）、种类（tag.mark），或 all') },
  run: async ({ which }, desk) => {
    const numbered = /^([AE])(\d{1,15})$/i.exec(which)
    const kinds =
      numbered === null
        ? (['action', 'event'] as const)
        : ([numbered[1]?.toUpperCase() === 'A' ? 'action' : 'event'] as const)
    const asked = numbered === null ? (which === 'all' ? {} : { what: which }) : { id: Number(numbered[2]) }
    const { count, changed } = await (await desk.db()).tx(async (tx) => {
      const dead = (await deadLetters.list(tx, mostListed('csv'))).filter(
        ({ kind, id, what }) =>
          kinds.some((one) => one === kind) &&
          (numbered === null ? which === 'all' || what === which : id === Number(numbered[2])),
      )
      let sum = 0
      for (const kind of kinds) sum += await deadLetters.retry(tx, { kind, ...asked }, desk.clock.now())
      return { count: sum, changed: dead.map(retriedOf) }
    })
    if (count === 0) throw cliFault('no', `没有可以重试的「${which}」。先用 npm run -s actions -- dead 查看。`)
    return { text: `已重新排队 ${count} 条。`, data: { retried: count }, changed }
  },
})

const retriedOf = (letter: DeadLetter) => ({
  of: `${letterNumber(letter)} ${letter.what}`,
  customer: letter.externalUserId,
  before: { state: 'dead', attempts: letter.attempts },
  after: { state: 'waiting', attempts: 0 },
})

const BOUND_TEXT: Record<Estimate['boundBy'], string> = {
  speed: '按目前的处理速度',
  limit: '受企业微信的接口频率限制',
  block: '企业微信暂时拒绝了接口，解除后继续',
  due: '要等到约定的时间',
}

const eta = defineCommand({
  name: 'eta',
  audited: 'no',
  scope: 'open',
  says: '排队的动作还有多少、预计何时做完、被什么限制',
  lists: true,
  run: async (_values, desk) => {
    const estimates = await (await desk.db()).tx((tx) => readEta(tx, desk.clock.now()))
    const total = estimates.reduce((sum, one) => sum + one.waiting, 0)
    const lines = estimates.map((one) => {
      const minutes = Math.max(1, Math.ceil(one.doneInMs / MINUTE_MS))
      return `${actionKindText(one.kind)}  ${one.waiting} 个  约 ${shanghaiText(one.doneAtMs)} 做完（${minutes} 分钟内）  ${whyText(one)}`
    })
    return {
      text: total === 0 ? '没有排队的动作。' : [`排队的动作共 ${total} 个`, '', ...lines].join('\n'),
      data: { waiting: total, kinds: estimates },
      sheet: {
        header: ['动作', '还有', '约何时做完', '被什么限制'],
        rows: estimates.map((one) => [actionKindText(one.kind), one.waiting, shanghaiText(one.doneAtMs), whyText(one)]),
      },
    }
  },
})

const whyText = ({ boundBy, path, isKnown }: Estimate): string =>
  `${BOUND_TEXT[boundBy]}${path === undefined ? '' : `（${path}）`}${isKnown ? '' : '（还没有做过这一种，时间是假定的）'}`

export const actionsProgram: Program = {
  name: 'actions',
  says: '要企业微信做的事：哪些没做成、为什么，还有多少在排队。dead、failed 列出了内容时退出码是 1，方便接监控。',
  commands: [dead, failed, retry, eta],
}

import { shanghaiText } from '../core/kernel/shanghai.ts'
import { intercepts } from '../operations/intercepts/intercept-store.ts'
import { type InterceptStep, stepFor } from '../operations/intercepts/keep-intercept.ts'
import { readBook } from './find/read-book.ts'
import { defineCommand, type Program } from './frame/command.ts'
import { table } from './frame/table.ts'

const STEP_ZH: Record<InterceptStep, string> = {
  create: '会在企业微信里新建',
  change: '会改成文件里写的',
  delete: '会从企业微信里删掉',
  look: '会核对一次',
  nothing: '不用动',
}

const plan = defineCommand({
  name: 'plan',
  audited: 'no',
  scope: 'open',
  says: '文件里的敏感词规则和企业微信里活水建的比，会新建、改、删哪几条；什么都不写',
  lists: true,
  run: async (_values, desk) => {
    const wanted = (await readBook(desk)).intercepts
    const rows = await (await desk.db()).tx((tx) => intercepts.all(tx))
    const held = new Map(rows.map((row) => [row.name, row]))
    const nowMs = desk.clock.now()
    const steps = [...new Set([...wanted.keys(), ...held.keys()])].map((name) => {
      const step = stepFor(held.get(name), wanted.get(name), nowMs)
      const rule = wanted.get(name)?.value
      return { name, step, words: rule?.words.length ?? 0, isBlocked: rule?.block ?? null }
    })
    const cells = steps.map(({ name, step, words, isBlocked }) => [
      name,
      STEP_ZH[step],
      words === 0 ? '' : `${words} 个词`,
      isBlocked === null ? '' : isBlocked ? '拦下' : '只警告',
    ])
    const header = ['敏感词规则', '会怎样', '词', '碰到了']
    return {
      text: cells.length === 0 ? '没有（写在 config/intercepts/ 里）' : table([header, ...cells]),
      data: { rules: steps },
      sheet: { header, rows: cells },
    }
  },
})

const list = defineCommand({
  name: 'list',
  audited: 'no',
  scope: 'open',
  says: '企业微信里的敏感词规则：什么时候建的、最近核对的时候、哪里不对',
  lists: true,
  run: async (_values, desk) => {
    const rows = await (await desk.db()).tx((tx) => intercepts.all(tx))
    const at = (ms: number | null): string => (ms === null ? '' : shanghaiText(ms))
    const cells = rows.map((row) => [
      row.name,
      row.rule_id === null ? '还没有建' : at(row.changed_at),
      at(row.checked_at),
      row.trouble ?? (row.drifted_at === null ? '' : `${at(row.drifted_at)} 有人在后台改过，已改回`),
    ])
    const header = ['敏感词规则', '改到现在这样', '核对', '不对的地方']
    return {
      text: cells.length === 0 ? '没有（写在 config/intercepts/ 里）' : table([header, ...cells]),
      data: { rules: rows.map(({ name, rule_id, trouble }) => ({ name, ruleId: rule_id, trouble })) },
      sheet: { header, rows: cells },
    }
  },
})

export const interceptsProgram: Program = {
  name: 'intercepts',
  says: '敏感词：员工不能发给客户的话，照 config/intercepts/ 写的放到企业微信里。',
  commands: [list, plan],
}

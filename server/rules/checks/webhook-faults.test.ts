import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { formatFault } from '../files/rule-fault.ts'
import { loadRules } from '../load-rules.ts'
import { faultsOf, ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const webhook = (text: string) => ({ 'webhooks/crm.yaml': text })
const good = "webhook: crm\nurl: https://crm.example.com/huoshui\nevents: [order.paid, 'decision.sop.*']\n"

it('a webhook with an address and known events is right', async () => {
  expect(await faultsOf(webhook(good))).toEqual([])
})

it.each([
  [
    'an event that does not exist',
    good.replace('order.paid', 'order.payed'),
    '3:10 没有「order.payed」这种事件。是不是想写 order.paid',
  ],
  [
    'no address at all',
    good.replace('https://crm.example.com/huoshui', 'crm'),
    '2:6 这不是一个网址。写完整的网址，如 https://crm.example.com/huoshui',
  ],
  [
    'a password in the address',
    good.replace('https://', 'https://me:pw@'),
    '2:6 网址里不能写账号和密码。对方用签名认人，密钥写在环境变量 WEBHOOK_SECRETS 里',
  ],
  [
    'an event written twice',
    good.replace('[order.paid', '[order.paid, order.paid'),
    '3:22 「order.paid」写了两次。只留一个',
  ],
])('%s is told at its place', async (_what, text, fault) => {
  expect(await faultsOf(webhook(text))).toEqual([`webhooks/crm.yaml:${fault}`])
})

it.each([
  [
    'personal fields and no word of them',
    '',
    [
      '3:9 没有写 fields，这些个人信息不转发：totalFen、text、reason。对方确实需要的写进 fields；一个都不需要，写 fields: []',
    ],
  ],
  ['none wanted', 'fields: []\n', []],
  ['fields that there are', 'fields: [totalFen, reason, facts]\n', []],
  [
    'a field that none of these events has',
    'fields: [totalFne]\n',
    ['4:10 这些事件里没有「totalFne」这个字段。是不是想写 totalFen'],
  ],
])('%s: advised, not refused', async (_what, more, expected) => {
  const made = ruleFolderOnDisk(webhook(good + more))
  try {
    const { faults, advice } = await loadRules(made.folder, VOCABULARY)
    expect(faults).toEqual([])
    const told = advice.filter(({ file }) => file === 'webhooks/crm.yaml').map((one) => formatFault(one))
    expect(told).toEqual(expected.map((line) => `webhooks/crm.yaml:${line}`))
  } finally {
    made.remove()
  }
})

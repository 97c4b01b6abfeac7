import { expect, it } from 'vitest'
import { faultsOf } from '../testing/rule-folder-on-disk.ts'

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

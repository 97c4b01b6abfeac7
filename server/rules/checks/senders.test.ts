import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const ADVICE =
  '由企业微信挑最近聊过的导购，它不说会挑谁：每位导购要确认多少、占谁当天的位置，事先都是预计，建好以后按实际的改。要事先说得准，去掉 senders，由每位客户自己的导购发'

async function saidOf(file: string, text: string): Promise<{ faults: string[]; advice: string[] }> {
  const { folder, remove } = ruleFolderOnDisk({ [file]: text })
  const { faults, advice } = await loadRules(folder, VOCABULARY)
  remove()
  const of = (all: typeof faults): string[] =>
    all
      .filter((one) => one.file === file)
      .map((one) =>
        [`${one.line} ${one.message}`, ...(one.suggestion === undefined ? [] : [one.suggestion])].join('。'),
      )
  return { faults: of(faults), advice: of(advice) }
}
const send = (more: string, text = '福利') =>
  saidOf('sends/s.yaml', `send: 甲\ncron: "0 10 * * 3"\ncontent: { text: "${text}" }\n${more}\n`)

const ALL = 'audience: { follow.active: true }'

it.each<[what: string, more: string, text: string, faults: string[]]>([
  ['nobody is named', ALL, '福利', []],
  ['WeCom chooses', `${ALL}\nsenders: lastChat`, '今天有福利', []],
  ['a word that is not one', `${ALL}\nsenders: lastchat`, '福利', ['5 这里只能是 lastChat，不能是「lastchat」']],
  [
    'guides beside it',
    `${ALL}\nsenders: lastChat\nguides: [linxiaoyu]`,
    '福利',
    ['6 写了 senders: lastChat，由企业微信在客户的所有导购里挑，不能再写 guides。去掉 guides，或者去掉 senders'],
  ],
  [
    'a name of one guide in it',
    `${ALL}\nsenders: lastChat`,
    '我是{导购名}',
    ['3 写了 senders: lastChat，一条群发由几位导购发，正文里不能有 {导购名}。去掉 {导购名}，或者去掉 senders'],
  ],
  [
    'groups have an owner',
    'to: groups\naudience: { group.pool: 付费群 }\nsenders: lastChat',
    '福利',
    ['6 发到群的群发由群主确认，不写 senders。去掉 senders'],
  ],
])('%s', async (_what, more, text, faults) => {
  expect((await send(more, text)).faults).toEqual(faults)
})

it('what nobody can know before is said, once for a campaign; of what is off it is not', async () => {
  expect((await send(ALL)).advice).toEqual([])
  expect((await send(`${ALL}\nsenders: lastChat`)).advice).toEqual([`5 ${ADVICE}`])
  expect((await send(`${ALL}\nsenders: lastChat\nenabled: false`)).advice).toEqual([])
  const step = (name: string, day: number) =>
    `  - { step: ${name}, day: ${day}, at: "10:00", send: { text: ${name}开始 } }\n`
  const campaign = `campaign: 家宴\ndate: "2099-11-25"\n${ALL}\nsenders: lastChat\nsteps:\n${step('预热', -1)}${step('当天', 0)}`
  const said = await saidOf('campaigns/c.yaml', campaign)
  expect(said.faults).toEqual([])
  expect(said.advice.filter((one) => one.includes('最近聊过'))).toEqual([`4 ${ADVICE}`])
})

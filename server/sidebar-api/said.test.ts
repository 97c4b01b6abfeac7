import { expect, test } from 'vitest'
import { type Said, saidBefore } from './said.ts'

const GROUP = { groupQr: '科普群' }
const LINK = { link: { title: '菜谱', url: 'https://shop.example/recipe' } }
const MINI = { miniProgram: { title: '商城', appid: 'wx1', page: 'pages/index', cover: 'a.png' } }
const PICTURE = { image: 'thaw.png' }
const by = (content: Said['content'], more: Partial<Said> = {}): Said => ({ atMs: 5, by: '欢迎语', content, ...more })

test.each([
  ['itself, whoever sent it', { text: '在吗' }, [], by(undefined, { scriptId: 'own' }), true],
  ['another script', { text: '在吗' }, [], by(undefined, { scriptId: 'other' }), false],
  [
    'the group’s code with a welcome',
    { text: '进群吧', attachments: [GROUP] },
    [],
    by({ text: '你好', attachments: [GROUP] }),
    true,
  ],
  [
    'another group’s code',
    { text: '进群吧', attachments: [GROUP] },
    [],
    by({ attachments: [{ groupQr: '付费群' }] }),
    false,
  ],
  ['the words of a pool whose code went out', { text: '进群吧' }, ['科普群'], by({ attachments: [GROUP] }), true],
  ['the same link', { text: '菜谱', attachments: [LINK] }, [], by({ text: '周三', attachments: [LINK] }), true],
  [
    'the same page of the mini program',
    { text: '逛逛', attachments: [MINI] },
    [],
    by({ attachments: [{ ...MINI }] }),
    true,
  ],
  ['only one of two offers', { text: '都给', attachments: [GROUP, LINK] }, [], by({ attachments: [LINK] }), false],
  ['only the same picture', { text: '解冻', attachments: [PICTURE] }, [], by({ attachments: [PICTURE] }), false],
  ['the same words, other marks', { text: '今晚，煎吗？' }, [], by({ text: '今晚煎吗' }), true],
  ['other words, no offer', { text: '今晚煎吗' }, [], by({ text: '明晚呢' }), false],
  ['a welcome whose rule is gone', { text: '今晚煎吗' }, [], by(undefined), false],
])('said: %s', (_what, script, pools, said, expected) => {
  expect(saidBefore({ id: 'own', ...script }, pools, [said]) === said).toBe(expected)
})

test('the last of several counts', () => {
  const said = [3, 9, 5].map((atMs) => by({ attachments: [GROUP] }, { atMs }))
  expect(saidBefore({ id: 'own', text: 'x', attachments: [GROUP] }, [], said)?.atMs).toBe(9)
})

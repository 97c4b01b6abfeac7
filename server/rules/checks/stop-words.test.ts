import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { formatFault } from '../files/rule-fault.ts'
import { loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

async function told(stop: string, again: string, accounts = '[wkA]') {
  const made = ruleFolderOnDisk({
    'policy.yaml': `stopWords:\n  accounts: ${accounts}\n  stop: ${stop}\n  again: ${again}\n`,
  })
  try {
    const { faults, advice } = await loadRules(made.folder, VOCABULARY)
    return { faults: faults.map((one) => formatFault(one)), advice: advice.map((one) => formatFault(one)) }
  } finally {
    made.remove()
  }
}
const STOP = '{ words: [退订, TD], answer: 已退订 }'
const AGAIN = '{ words: [恢复], answer: 已恢复 }'

it('good words are no fault', async () => {
  expect(await told(STOP, AGAIN)).toEqual({ faults: [], advice: [] })
  expect(await told('{ words: [退订], scope: sends, days: 90, answer: 已退订 }', AGAIN)).toEqual({
    faults: [],
    advice: [],
  })
})

it.each<[string, [string, string, string?], string[]]>([
  [
    'in both',
    [STOP, '{ words: [ｔｄ], answer: 好 }'],
    ['policy.yaml:4:20 「ｔｄ」既算退订又算恢复。只留在一边，大小写和全角半角不分'],
  ],
  [
    'twice',
    ['{ words: [TD, td], answer: 已退订 }', AGAIN],
    ['policy.yaml:3:23 「td」和「TD」是同一个词。只留一个，大小写和全角半角不分'],
  ],
  ['empty', ['{ words: ["　"], answer: 已退订 }', AGAIN], ['policy.yaml:3:19 这个词是空的。写上词，或去掉这一项']],
  [
    'answered at too great length',
    [`{ words: [退订], answer: ${'退'.repeat(683)} }`, AGAIN],
    ['policy.yaml:3:32 回复有 2049 字节，最多 2048 字节（一个汉字 3 字节）。写短一些'],
  ],
  [
    'answered with a name',
    ['{ words: [退订], answer: "{客户昵称}您好" }', AGAIN],
    ['policy.yaml:3:32 回复里不能用占位，大括号会原样发给客户。写成一句固定的话'],
  ],
  ['listened to twice', [STOP, AGAIN, '[wkA, wkA]'], ['policy.yaml:2:19 「wkA」写了两次。只留一个']],
])('a word %s is a fault where it stands', async (_what, [stop, again, accounts], faults) => {
  expect((await told(stop, again, accounts)).faults).toEqual(faults)
})

it('an answer of exactly 2,048 bytes is good', async () => {
  expect((await told(`{ words: [退订], answer: ${'退'.repeat(682)}ab }`, AGAIN)).faults).toEqual([])
})

it('a word that everybody says is a question', async () => {
  expect(await told('{ words: [退订, 不用了], answer: 已退订 }', '{ words: [ＯＫ], answer: 已恢复 }')).toEqual({
    faults: [],
    advice: [
      'policy.yaml:3:23 「不用了」客户平时也常说，说了就算退订。换成不会误说的词',
      'policy.yaml:4:20 「ＯＫ」客户平时也常说，说了就算恢复。换成不会误说的词',
    ],
  })
})

import { VOCABULARY } from '../server/capabilities/vocabulary.ts'
import { createScriptsLibrary } from '../server/operations/scripts-library/scripts-library.ts'
import type { LibraryScript } from '../server/rules/book/rule-book.ts'
import { EMPTY_BOOK } from '../server/rules/rule-book-holder.ts'
import { median, percentile, type Report } from './report.ts'

const WORDS = '牛排解冻冷藏煎法熟度优惠券满减发货冷链退款补发客服门店直播西冷菲力眼肉儿童黄油锅油盐孩子老人生日礼盒'
const QUERIES = ['yhq', 'niupai', '解冻', '牛排 冷藏', 'dgmd', 'v', 'xiling', '退款补发', 'jd lc', 'zzzz']
const SEARCHES = 400

/** Processor time of one search of a guide in a large library, by writing, pinyin and initials. The limit is what only looking
 *  for the same words as they are written takes. */
export async function benchScriptsSearch({ scripts }: { scripts: number }, report: Report): Promise<void> {
  const written = Array.from({ length: scripts }, (_, order) => scriptOf(order))
  const book = { ...EMPTY_BOOK, version: 'bench', scripts: new Map(written.map((one) => [one.name, one])) }
  const { search } = createScriptsLibrary({
    vocabulary: VOCABULARY,
    rules: { current: () => book, onChange: () => {} },
  })
  const texts = written.map(({ value }) => `${value.title}\n${value.text}`)
  search('warm')
  const ours: number[] = []
  const limit: number[] = []
  for (let n = 0; n < SEARCHES; n++) {
    const query = QUERIES[n % QUERIES.length] ?? ''
    ours.push(cpuMs(() => search(query)))
    limit.push(cpuMs(() => texts.filter((text) => query.split(' ').every((word) => text.includes(word)))))
  }
  report.add('scripts', {
    figure: `a search of ${scripts} scripts takes ${median(ours).toFixed(1)} ms of processor, p95 ${percentile(ours, 0.95).toFixed(1)} ms`,
    limit: `${median(limit).toFixed(1)} ms, p95 ${percentile(limit, 0.95).toFixed(1)} ms, the words as they are written only`,
    ratio: median(limit) / median(ours),
    aim: 'p95 at most 10 ms',
  })
}

function cpuMs(work: () => unknown): number {
  const begun = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1_000
}

function scriptOf(order: number): LibraryScript {
  const text = (seed: number, length: number): string =>
    Array.from({ length }, (_, i) => WORDS.charAt((seed * 31 + i * i * 7 + i) % WORDS.length)).join('')
  const name = `s${order}`
  const value = { id: name, title: text(order, 10), aim: '目的', expect: '回答', text: text(order + 7, 100) }
  return { name, version: name, file: 'x', value, domain: '售前', situation: '开场', order, forCondition: undefined }
}

import { durationMs } from '../../core/kernel/duration-ms.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { sendQueries } from '../../operations/mass-send/send-queries.ts'
import { momentQueries } from '../../operations/moments/moment-queries.ts'
import { countPeople, type LinkFigure, linkFigures } from '../../records/links/link-figures.ts'
import { partsOf } from '../../records/links/link-ways.ts'
import { findNamed } from '../find/find-named.ts'
import { readBook } from '../find/read-book.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { defineCommand } from '../frame/command.ts'
import { optional, or, text } from '../frame/slot.ts'
import { clicksText } from '../sends-text.ts'

/** One link by way of one message, or of all that journeys sent of one name. */
type Line = Omit<LinkFigure, 'through'> & {
  what: 'send' | 'moment' | 'journey' | 'own'
  id: number | undefined
  name: string
  /** Which version of it; undefined: there is one for all. */
  variant: string | undefined
  atMs: number | undefined
}

export const clicksCommand = defineCommand({
  name: 'clicks',
  audited: 'no',
  scope: 'open',
  says: '消息里的链接被打开了多少次：认识的人、不认识的人、爬虫各多少，按链接、按哪一次群发或朋友圈',
  lists: true,
  words: { link: optional(text('链接', 'policy.yaml 里的名字；不写：所有链接')) },
  options: { since: or('30d', text('多久', '往回多久，例如 30d 或 12h')) },
  run: async ({ link, since }, desk) => {
    if (!/^[1-9]\d{0,3}[hd]$/.test(since)) throw cliFault('wrong-use', '--since 要写成 30d 或 12h 这样。')
    const { links = {} } = (await readBook(desk)).policy
    if (link !== undefined)
      findNamed(new Map(Object.entries(links)), link, { kind: '链接', where: 'policy.yaml 的 links' })
    const lines = await (await desk.db()).tx(async (tx) => {
      const sinceMs = desk.clock.now() - durationMs(since)
      const all = await linkFigures(tx, sinceMs)
      const figures = all.filter((one) => link === undefined || one.link === link.trim())
      const ids = (what: string): number[] =>
        figures.flatMap(({ through }) => {
          const parts = through === undefined ? undefined : partsOf(through)
          return parts?.what === what ? [parts.id] : []
        })
      const gathered = linesOf(figures, {
        sends: await sendQueries.named(tx, [...new Set(ids('send'))]),
        moments: await momentQueries.named(tx, ids('moment')),
      })
      const each: Line[] = []
      for (const { line, through } of gathered) {
        // Who opened it by way of several is one person all the same.
        const people = through.length === 1 ? line.people : await countPeople(tx, { link: line.link, through, sinceMs })
        each.push({ ...line, people })
      }
      return each
    })
    return {
      text: textOf(lines, since),
      data: { clicks: lines },
      sheet: {
        header: ['链接', '经由', '编号', '时间', '认识的人', '他们点了', '不认识的人点了', '爬虫'],
        rows: lines.map((one) => [
          ...[one.link, throughText(one), one.id === undefined ? '' : String(one.id)],
          ...[one.atMs === undefined ? '' : shanghaiText(one.atMs)],
          ...[one.people, one.known, one.unknown, one.machines].map(String),
        ]),
      },
    }
  },
})

interface Named {
  id: number
  name: string
  atMs: number
  isAsked?: boolean
  /** The names of its versions, in their order. */
  variants?: readonly string[] | undefined
}

interface Gathered {
  /** Its people are one person each for every way that they came. */
  line: Line
  through: LinkFigure['through'][]
}

function linesOf(
  figures: readonly LinkFigure[],
  { sends, moments }: Record<'sends' | 'moments', readonly Named[]>,
): Gathered[] {
  const lines = new Map<string, Gathered>()
  for (const { through, ...figure } of figures) {
    const parts = through === undefined ? undefined : partsOf(through)
    const run = (parts?.what === 'send' ? sends : moments).find(({ id }) => id === parts?.id)
    const isJourney = run?.isAsked === true
    const what = run === undefined ? 'own' : isJourney ? 'journey' : parts?.what === 'send' ? 'send' : 'moment'
    const variant = parts?.version === undefined ? undefined : run?.variants?.[parts.version - 1]
    const key = `${figure.link} ${what} ${isJourney ? run.name : (run?.id ?? '')} ${variant ?? ''}`
    const held = lines.get(key)
    // What a journey sends is a message of its own for each day and guide: one line tells them all.
    const line: Line = held?.line ?? {
      ...figure,
      ...{ people: 0, known: 0, unknown: 0, machines: 0 },
      ...{
        what,
        name: run?.name ?? '',
        variant,
        id: isJourney ? undefined : run?.id,
        atMs: isJourney ? undefined : run?.atMs,
      },
    }
    for (const of of ['people', 'known', 'unknown', 'machines'] as const) line[of] += figure[of]
    lines.set(key, { line, through: [...(held?.through ?? []), through] })
  }
  const place = ({ atMs }: Line): number => atMs ?? Number.MAX_SAFE_INTEGER
  return [...lines.values()].sort(({ line: a }, { line: b }) =>
    a.link === b.link ? place(a) - place(b) : a.link < b.link ? -1 : 1,
  )
}

const WHAT_ZH: Record<Exclude<Line['what'], 'own'>, string> = { send: '群发', moment: '朋友圈', journey: 'SOP 消息' }
const throughText = ({ what, name, variant }: Line): string =>
  what === 'own'
    ? '客户自己的链接、入群欢迎语，或说不出是哪一次'
    : `${WHAT_ZH[what]}「${name}」${variant === undefined ? '' : `的「${variant}」版`}`

const NOTES = [
  '认识的人：同一位客户一分钟算一次，一天最多十次。不认识的人：不是客户、不在微信里打开、转给了别人，或大家是同一个网址而没有设 LINK_LOGIN=yes；',
  '同一个网址一分钟算一次，所以人多时比实际少。爬虫和预览一小时算一次，不是人。升级以前发的消息说不出是哪一次。',
]

function textOf(lines: readonly Line[], since: string): string {
  if (lines.length === 0) return `${since} 里没有人打开过链接。`
  const links = [...new Set(lines.map(({ link }) => link))]
  const each = links.flatMap((link) => [
    `「${link}」`,
    ...lines.filter((one) => one.link === link).map((one) => `  ${headOf(one)}：${clicksText(one)}`),
  ])
  return [...each, '', ...NOTES].join('\n')
}

const headOf = (line: Line): string =>
  [
    line.id === undefined ? '' : `#${line.id}  `,
    line.atMs === undefined ? '' : `${shanghaiText(line.atMs)}  `,
    throughText(line),
  ].join('')

import type { EveningScene } from './evening-scene.ts'

/** What goes wrong in an evening, by words that only its own alert has. */
const WORDS = {
  'refuses everything': '（60020 ',
  'refuses the tag list': '（48002 ',
  'limits a guide': '可能被企业微信限制',
  'faulty rules': '规则文件有错',
  'odd answers': '和文档不一样',
  'given up': '已经放弃',
  'refused channel': '的活码没有改成',
  'robot is down': '告警发不出去',
} as const
type Trouble = keyof typeof WORDS
const TROUBLES = Object.keys(WORDS) as Trouble[] // the keys of that very object

/** How often each is to be told in one evening; what is not named here: never. Two sets of faults are two pieces of news. */
const ONCE = Object.fromEntries(TROUBLES.map((one) => [one, one === 'faulty rules' ? 2 : 1]))
const EXPECTED: Record<string, Record<string, number>> = {
  boss: ONCE,
  // It cannot tell that it is down.
  robot: { ...ONCE, 'robot is down': 0 },
  xiaozhou: { 'faulty rules': 2 },
}

export interface EveningVerdict {
  /** Alerts that were told. */
  told: number
  /** `<whom> <what>: <times> instead of <times>`. Must be empty. */
  mistold: string[]
  /** Keys of alerts that nobody has foreseen. Must be empty. */
  unforeseen: string[]
  /** Keys of alerts that are open after all was mended. Must be empty. */
  leftOpen: string[]
  missedWelcomes: number
  /** Customers without a welcome whose guide was not asked to greet. Must be empty. */
  unasked: string[]
}

export const isEveningClean = ({ mistold, unforeseen, leftOpen, unasked }: EveningVerdict): boolean =>
  [mistold, unforeseen, leftOpen, unasked].every((list) => list.length === 0)

/** Who was told what, from the evening's beginning on. `seen`: keys of all alerts that were open at some time. */
export async function judgeEvening(
  scene: EveningScene,
  since: { appMessages: number; robot: number; welcomes: number },
  seen: ReadonlySet<string>,
): Promise<EveningVerdict> {
  const all = [
    ...scene.appMessages().slice(since.appMessages),
    ...scene.robot.took.slice(since.robot).map((content) => ({ to: 'robot', content })),
  ].filter(({ content }) => content.includes('\n下一步：'))
  const counts = new Map<string, number>()
  for (const { to, content } of all) {
    const what = TROUBLES.find((one) => content.includes(WORDS[one])) ?? content.split('\n')[0]
    counts.set(`${to} ${what}`, (counts.get(`${to} ${what}`) ?? 0) + 1)
  }
  for (const [to, expected] of Object.entries(EXPECTED)) {
    for (const what of Object.keys(expected)) counts.set(`${to} ${what}`, counts.get(`${to} ${what}`) ?? 0)
  }
  const mistold = [...counts].flatMap(([line, times]) => {
    const [to = '', ...words] = line.split(' ')
    const wanted = EXPECTED[to]?.[words.join(' ')] ?? 0
    return times === wanted ? [] : [`${line}: ${times} instead of ${wanted}`]
  })
  const missed = await scene.rawRows<{ id: string; asked: number }>(
    `SELECT w.external_userid AS id,
            (SELECT COUNT(*) FROM guide_task g WHERE g.kind = 'greet' AND g.external_userid = w.external_userid) AS asked
     FROM welcome w WHERE w.state IN ('late', 'failed') AND w.id > ?`,
    [since.welcomes],
  )
  return {
    told: all.length,
    mistold,
    unforeseen: [...seen].filter((key) => !FORESEEN.test(key)),
    leftOpen: (await scene.openAlerts()).map(({ key }) => key),
    missedWelcomes: missed.length,
    unasked: missed.filter(({ asked }) => Number(asked) !== 1).map(({ id }) => id),
  }
}

const FORESEEN =
  /^(?:platform\.refused:60020|platform\.refused:48002:.*get_corp_tag_list|receiver\.silent:lisi|rules\.faults|platform\.unread-answer:.*groupchat\/get|actions\.dead:customer\.refresh|channel\.refused:shop|alerts\.way:robot)$/

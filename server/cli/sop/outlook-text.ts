import { groupBy } from '../../core/kernel/group-by.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { SendFigure } from '../../operations/mass-send/send-figures.ts'
import type { Outlook } from '../../upkeep/rehearsal/outlook.ts'
import type { PlanReport } from './plan-report.ts'

/** More reasons of one send nobody reads. */
const MOST_REASONS = 5

/** Each time of each scheduled send, whether a file of its own, a calendar, a group SOP or a campaign stands for it, and whom it leaves out. */
export function sendLines({ plan, cast }: PlanReport): string[] {
  const keyOf = ({ scheduledAtMs, name }: { scheduledAtMs: number; name: string }) =>
    `${shanghaiText(scheduledAtMs)} 「${name}」`
  const times = groupBy(plan.sends, keyOf)
  const reasons = groupBy(plan.outlook.leftOut, keyOf)
  const all = [...new Set([...times.keys(), ...reasons.keys()])].sort()
  if (all.length === 0) return []
  const n = (many: number): string => String(Math.round(many * cast.factor))
  return [
    '━━ 定时群发：',
    ...all.flatMap((when) => {
      const byGuide = times.get(when) ?? []
      const customers = byGuide.reduce((sum, one) => sum + one.customers, 0)
      const groups = byGuide.reduce((sum, one) => sum + one.groups, 0)
      const left = reasons.get(when) ?? []
      const toGroups = groups > 0 || left.some(({ of }) => of === 'groups')
      // Groups are copied whole, so nothing is projected.
      const reach = toGroups
        ? `${groups} 个群，${byGuide.length} 位群主确认`
        : `${n(customers)} 位客户，${n(byGuide.length)} 位导购确认${byGuide.some(({ isGuess }) => isGuess) ? '（预计，由企业微信挑）' : ''}${versionsText(byGuide, n)}`
      const why = left
        .slice(0, MOST_REASONS)
        .map(({ why: zh, many }) => `${toGroups ? `${many} 个` : `${n(many)} 位`}（${zh}）`)

        .join('、')
      const more = left.length > MOST_REASONS ? `、还有 ${left.length - MOST_REASONS} 种` : ''
      return [`  ${when}：${reach}`, ...(why === '' ? [] : [`      排除：${why}${more}`])]
    }),
    '',
  ]
}

/** Each version is confirmed by itself. */
function versionsText(byGuide: readonly SendFigure[], n: (many: number) => string): string {
  const versions = groupBy(
    byGuide.flatMap(({ variants = [] }) => variants),
    ({ name }) => name,
  )
  if (versions.size === 0) return ''
  const sumOf = (own: readonly { customers: number }[]): number => own.reduce((sum, one) => sum + one.customers, 0)
  const each = [...versions].map(([name, own]) => `「${name}」${n(sumOf(own))} 位`).join('、')
  const tasks = [...versions.values()].reduce((sum, own) => sum + own.length, 0)
  return `；${each}，每版各确认一次，一共 ${n(tasks)} 条`
}

/** What else goes out, and where it meets. */
export function outlookLines({ plan: { outlook, toMs }, cast }: PlanReport): string[] {
  const n = (many: number): string => String(Math.round(many * cast.factor))
  return [
    ...momentLines(outlook, n),
    ...dutyLines(outlook),
    ...collisionLines(outlook, n),
    ...(outlook.quota === undefined
      ? []
      : [
          `━━ 额度：到 ${shanghaiText(toMs)}，这个月的群发有 ${n(outlook.quota.full)} 位客户收满了，剩得最少的还能收 ${outlook.quota.fewestLeft} 条`,
          '',
        ]),
  ]
}

function momentLines({ moments }: Outlook, n: (many: number) => string): string[] {
  if (moments.length === 0) return []
  return [
    '━━ 朋友圈（按现在的好友和标签）：',
    ...moments.map(
      ({ name, atMs, guides, reach, full, refused }) =>
        `  ${shanghaiText(atMs)} 「${name}」：请 ${guides} 位导购发表，最多 ${n(reach)} 位客户看得到，${n(full)} 位这个月看满了，${n(refused)} 位退订了也看得到`,
    ),
    '',
  ]
}

function dutyLines({ duties }: Outlook): string[] {
  if (duties.length === 0) return []
  return [
    '━━ 群务：',
    ...duties.map(
      ({ name, title, day, staff, held }) =>
        `  ${day} 「${name}」：请 ${staff} 位员工${title}${held > 0 ? `，${held} 位当天满了排到第二天` : ''}`,
    ),
    '',
  ]
}

function collisionLines({ collisions }: Outlook, n: (many: number) => string): string[] {
  if (collisions.length === 0) return []
  const who = ({ customers, groups }: Outlook['collisions'][number]): string =>
    [...(customers > 0 ? [`${n(customers)} 位客户`] : []), ...(groups > 0 ? [`${groups} 个群`] : [])].join('、')
  return ['━━ 同一天不止一条群发：', ...collisions.map((one) => `  ${one.day}：${who(one)}`), '']
}

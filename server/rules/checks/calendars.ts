import { DAY_MS, HOUR_MS } from '../../core/kernel/shanghai.ts'
import { dateOf, dayNumber, isRealDate, KNOWN_YEARS, mondayOf, weekdayOf } from '../calendar/days-of-china.ts'
import {
  announcementIn,
  longestLines,
  MOST_DAYS_MOVED,
  nextOccasion,
  occasionIn,
  PLACE,
  sameTimeAs,
} from '../calendar/occasions.ts'
import { ANNOUNCEMENT } from '../calendar/sends-of-calendar.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import { type CalendarDay, type CalendarRule, WEEKDAYS } from '../schema/calendar-rule.ts'
import type { PolicyRule } from '../schema/policy-rule.ts'
import type { SendRule } from '../schema/rule-files.ts'
import { type CheckContext, checkName } from './check-context.ts'
import { checkContent, checkPlaceholders, checkPlatformRules } from './content.ts'
import { checkHost } from './duties.ts'
import { isWithin } from './quiet.ts'

type CalendarDraft = Draft<CalendarRule>

/** What the calendars send, by name. */
export const namesOfCalendars = (drafts: readonly CalendarDraft[]): string[] =>
  drafts.flatMap(({ value: { calendar, days, announce } }) =>
    [...days.map(({ theme }) => theme), ...(announce === undefined ? [] : [ANNOUNCEMENT])].map(
      (title) => `${calendar}·${title}`,
    ),
  )

/** So far ahead a year without announced holidays is told of. */
const AHEAD_DAYS = 60

interface Beside {
  policy: PolicyRule | undefined
  sends: readonly Draft<SendRule>[]
  nowMs: number
}

export function checkCalendars(context: CheckContext, drafts: readonly CalendarDraft[], beside: Beside): void {
  const sends = new Set(beside.sends.map(({ name }) => name))
  refuseSameNames(drafts)
  for (const draft of drafts) {
    const { pools, days, announce, calendar } = draft.value
    for (const [index, pool] of pools.entries()) checkName(context, draft, ['pools', index], 'pool', pool)
    checkFrom(draft)
    checkThemes(draft, sends)
    for (const [index, day] of days.entries()) {
      for (const [week, content] of day.weeks.entries())
        checkContent(context, draft, ['days', index, 'weeks', week], content, {
          placeholders: ['{导购名}'],
          campaign: true,
        })
      // Both stand in the announcement.
      for (const [key, placeholders] of [
        ['theme', []],
        ['about', ['{导购名}']],
      ] as const) {
        checkPlaceholders(draft, ['days', index, key], day[key] ?? '', placeholders)
        checkPlatformRules(draft.fault, ['days', index, key], day[key] ?? '')
      }
      if (day.host !== undefined) checkHost(context, draft, ['days', index, 'host'], day.host)
      adviseQuiet(draft, ['days', index, 'at'], day.at, beside.policy)
    }
    if (announce !== undefined) {
      checkContent(
        context,
        draft,
        ['announce'],
        { text: announce.text },
        {
          placeholders: [PLACE, '{导购名}'],
          campaign: true,
          longest: isWhole(draft) ? { [PLACE]: longestLines(draft.value, beside.nowMs) } : {},
        },
      )
      if (!announce.text.includes(PLACE) && !draft.isLeftOut(['announce', 'text']))
        draft.fault(['announce', 'text'], `预告里没有 ${PLACE}，就不知道这一周有什么`, `加上 ${PLACE}`)
      if (sends.has(`${calendar}·${ANNOUNCEMENT}`)) taken(draft, ['announce'], ANNOUNCEMENT)
      adviseQuiet(draft, ['announce', 'at'], announce.at, beside.policy)
    }
    checkMoves(draft)
    if (draft.value.enabled !== false) adviseTimes(draft, beside)
  }
}

const taken = (draft: CalendarDraft, path: Path, title: string): void =>
  draft.fault(path, `群发里已经有一个叫「${draft.value.calendar}·${title}」`, '改其中一个的名字')

/** Its weeks can be worked out. */
const isWhole = (draft: CalendarDraft): boolean =>
  !['from', 'days', 'moves', 'announce'].some((key) => draft.isLeftOut([key])) && isRealDate(draft.value.from)

/** «周历»+«A·B» and «周历·A»+«B» would be one send. */
function refuseSameNames(drafts: readonly CalendarDraft[]): void {
  const first = new Map<string, CalendarDraft>()
  for (const draft of drafts) {
    const { calendar, days, announce } = draft.value
    const titles: [Path, string][] = days.map(({ theme }, index) => [['days', index, 'theme'], theme])
    if (announce !== undefined) titles.push([['announce'], ANNOUNCEMENT])
    for (const [path, title] of titles) {
      const name = `${calendar}·${title}`
      const other = first.get(name)
      if (other === undefined) first.set(name, draft)
      else if (other.value.calendar !== calendar)
        draft.fault(
          path,
          `${other.file} 的日历「${other.value.calendar}」里已经有一个叫「${name}」`,
          '改其中一个的名字',
        )
    }
  }
}

function checkFrom(draft: CalendarDraft): void {
  const { from } = draft.value
  if (draft.isLeftOut(['from'])) return
  if (!isRealDate(from)) {
    draft.fault(['from'], `没有「${from}」这一天`, '检查月份和日期')
    return
  }
  const weekday = weekdayOf(dayNumber(from))
  if (weekday === 0) return
  const monday = dateOf(dayNumber(from) - weekday)
  draft.fault(['from'], `${from} 是${WEEKDAYS[weekday]}，要写周一`, `那一周的周一是 ${monday}`)
}

function checkThemes(draft: CalendarDraft, sends: ReadonlySet<string>): void {
  const seen = new Set<string>([ANNOUNCEMENT])
  for (const [index, { theme }] of draft.value.days.entries()) {
    if (seen.has(theme)) {
      const message = theme === ANNOUNCEMENT ? `「${theme}」是预告自己的名字` : `主题日「${theme}」写了两次`
      draft.fault(['days', index, 'theme'], message, '换一个名字')
    }
    seen.add(theme)
    if (sends.has(`${draft.value.calendar}·${theme}`)) taken(draft, ['days', index, 'theme'], theme)
  }
}

function checkMoves(draft: CalendarDraft): void {
  const { moves = [], days, from: first } = draft.value
  const seen = new Set<string>()
  for (const [index, { theme, from, to }] of moves.entries()) {
    const item = days.find((day) => day.theme === theme)
    if (item === undefined) {
      if (draft.isLeftOut(['days'])) continue
      const themes = days.map((day) => day.theme)
      const meant = didYouMean(theme, themes) ?? themes.join('、')
      draft.fault(['moves', index, 'theme'], `没有叫「${theme}」的主题日`, `是不是想写 ${meant}`)
      continue
    }
    const wrong = ([['from', from]] as [string, string | undefined][])
      .concat([['to', to]])
      .filter(([, date]) => date !== undefined && !isRealDate(date))
    for (const [key, date] of wrong) draft.fault(['moves', index, key], `没有「${date}」这一天`, '检查月份和日期')
    if (wrong.length > 0) continue
    const weekday = weekdayOf(dayNumber(from))
    if (WEEKDAYS[weekday] !== item.on) {
      const meant = dateOf(dayNumber(from) - weekday + WEEKDAYS.indexOf(item.on))
      draft.fault(
        ['moves', index, 'from'],
        `${from} 是${WEEKDAYS[weekday]}，「${theme}」在${item.on}`,
        `from 写它原来的日期，那一周是 ${meant}`,
      )
    } else if (from < first) {
      draft.fault(['moves', index, 'from'], `日历从 ${first} 才开始，${from} 没有「${theme}」`, '检查日期')
    }
    if (to !== undefined && Math.abs(dayNumber(to) - dayNumber(from)) > MOST_DAYS_MOVED)
      draft.fault(['moves', index, 'to'], `改得太远：离 ${from} 超过 ${MOST_DAYS_MOVED} 天`, '检查年份和月份')
    checkSameTime(draft, index, item, from)
    const key = `${theme} ${from}`
    if (seen.has(key)) draft.fault(['moves', index], `${from} 的「${theme}」改了两次`, '只留一条')
    seen.add(key)
  }
}

function checkSameTime(draft: CalendarDraft, index: number, item: CalendarDay, from: string): void {
  if (!isWhole(draft)) return
  const other = sameTimeAs(draft.value, item, mondayOf(dayNumber(from)))
  if (other === undefined) return
  const { theme } = item
  draft.fault(
    ['moves', index],
    `改到的时间已经有 ${other.date} 的「${theme}」，两次只会发一次`,
    '换一天或者换几点；要停这一次就只写 from',
  )
}

function adviseQuiet(draft: CalendarDraft, path: Path, at: string, policy: PolicyRule | undefined): void {
  if (policy?.quiet === undefined || !isWithin(at, policy.quiet)) return
  draft.advise(path, `${at} 在 policy.yaml 的免打扰时段 ${policy.quiet} 里，要等这段时间过去才请群主确认`, '换一个时间')
}

function adviseCeiling(draft: CalendarDraft, limit: PolicyRule['contactsPerGroup']): void {
  const { announce, days } = draft.value
  const many = days.length + (announce === undefined ? 0 : 1)
  if (limit === undefined || limit.days < 7 || many <= limit.most || draft.isLeftOut(['days'])) return
  draft.advise(
    ['days'],
    `一周发 ${many} 次，policy.yaml 里一个群 ${limit.days} 天最多 ${limit.most} 次：后面的这个群收不到`,
    '少排几天，或者放宽 contactsPerGroup',
  )
}

/** What its days will meet: years of which no holidays are known, two things at once. */
function adviseTimes(draft: CalendarDraft, { nowMs, policy }: Beside): void {
  const { value } = draft
  adviseCeiling(draft, policy?.contactsPerGroup)
  if (draft.isLeftOut(['days']) || draft.isLeftOut(['from']) || !isRealDate(value.from)) return
  const today = Math.floor((nowMs + 8 * HOUR_MS) / DAY_MS)
  const last = Number(dateOf(Math.max(today, dayNumber(value.from)) + AHEAD_DAYS).slice(0, 4))
  const ignoresHolidays =
    (value.announce === undefined || value.holidays === 'keep') &&
    value.days.every(({ holidays }) => (holidays ?? value.holidays) === 'keep')
  if (last > KNOWN_YEARS.last && !ignoresHolidays) {
    const { last: known } = KNOWN_YEARS
    draft.advise(
      ['calendar'],
      `放假安排只知道到 ${known} 年：${known + 1} 年的放假日和调休按普通日子算`,
      `公布以后升级活水；在那之前把要停、要改的日子写进 moves`,
    )
  }
  const byTime = new Map<number, string>()
  for (const [index, day] of value.days.entries()) {
    const next = nextOccasion((monday) => occasionIn(value, day, monday), nowMs)
    if (next === undefined) {
      draft.advise(['days', index, 'on'], `「${day.theme}」一年里一次也不会到`, '检查 from 和 holidays')
      continue
    }
    const other = byTime.get(next.atMs)
    if (other !== undefined)
      draft.advise(['days', index, 'at'], `下一次和「${other}」同一时间，每个群会收到两条`, '错开时间，或者合成一条')
    byTime.set(next.atMs, day.theme)
  }
  const announced = nextOccasion((monday) => announcementIn(value, monday), nowMs)
  const same = announced === undefined ? undefined : byTime.get(announced.atMs)
  if (same !== undefined) draft.advise(['announce', 'at'], `下一次和「${same}」同一时间，每个群会收到两条`, '错开时间')
}

import { implies } from '../condition/condition-bounds.ts'
import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { Condition } from '../schema/condition.ts'
import { DEFAULT_COOL_DOWN_DAYS, type LadderRule, type LevelRule } from '../schema/ladder-rule.ts'
import { type CheckContext, checkName, checkTag } from './check-context.ts'
import { checkGuides } from './members.ts'

export function checkLadders(context: CheckContext, ladders: Draft<LadderRule>[]): void {
  const tagsOf = new Map<string, string>()
  for (const draft of ladders) {
    const { ladder, levels } = draft.value
    if (ladder.includes('/')) draft.fault(['ladder'], `「${ladder}」里不能有 /`, '换成别的符号，/ 用来隔开梯子和级')
    const asked: Asked[] = []
    for (const [index, level] of levels.entries()) {
      const here = ['levels', index]
      checkNameOf(draft, here, level, levels.slice(0, index))
      // Of one alone it is not known which one it is.
      if (levels.length > 1 && index === levels.length - 1) checkLast(draft, here, level)
      else if (levels.length > 1 && !draft.isLeftOut([...here, 'when'])) checkUpper(draft, here, level)
      asked.push(checkLevel(context, draft, here, level))
      if (level.tag === undefined) continue
      const other = tagsOf.get(level.tag)
      if (other !== undefined) {
        draft.fault([...here, 'tag'], `标签「${level.tag}」已经是「${other}」的标签`, '每一级用自己的标签')
      }
      tagsOf.set(level.tag, `${ladder}/${level.level}`)
    }
    adviseLevels(draft, asked)
  }
}

function checkNameOf(draft: Draft<LadderRule>, here: Path, { level }: LevelRule, better: LevelRule[]): void {
  if (better.some((one) => one.level === level)) draft.fault([...here, 'level'], `「${level}」写了两次`, '只留一个')
  if (level.includes('/')) draft.fault([...here, 'level'], `「${level}」里不能有 /`, '换成别的符号，/ 用来隔开梯子和级')
  if (level.trim() !== level) draft.fault([...here, 'level'], '名字前后不能有空格', '删掉空格')
}

/** Everybody is at least on the last level, so nothing can be asked of it. */
function checkLast(draft: Draft<LadderRule>, here: Path, level: LevelRule): void {
  for (const key of ['when', 'keep', 'lastsDays'] as const) {
    if (level[key] === undefined) continue
    draft.fault(
      [...here, key],
      `「${level.level}」是最后一级，所有人都在这里，不能写 ${key}`,
      '删掉它，或者在下面再加一级',
      'key',
    )
  }
}

function checkUpper(draft: Draft<LadderRule>, here: Path, level: LevelRule): void {
  if (level.when === undefined) {
    draft.fault(here, `「${level.level}」没有写 when，没有人升得上来`, '写 when: { … }；只有最后一级不写')
  } else if (Object.keys(level.when).length === 0) {
    draft.fault([...here, 'when'], `「${level.level}」的 when 是空的，所有人都会升到这里`, '写清楚什么样的客户能升上来')
  }
}

/** Gives what the level asks. */
function checkLevel(context: CheckContext, draft: Draft<LadderRule>, here: Path, level: LevelRule): Asked {
  const asked: Asked = { when: undefined, keep: undefined }
  for (const key of ['when', 'keep'] as const) {
    if (level[key] === undefined) continue
    asked[key] = draft.condition([...here, key], level[key])
    if (asked[key] !== undefined) checkCircle(draft, [...here, key], asked[key])
  }
  if (level.tag !== undefined) checkTag(context, draft, [...here, 'tag'], level.tag)
  if (level.invite !== undefined) checkName(context, draft, [...here, 'invite'], 'pool', level.invite)
  checkGuides(context, draft, [...here, 'guides'], level.guides)
  if (level.cap !== undefined && level.guides === undefined && !draft.isLeftOut([...here, 'guides'])) {
    draft.fault([...here, 'cap'], '写了 cap 而没有写 guides', '用 guides 写清楚是哪些导购的上限')
  }
  const coolDownDays = draft.value.coolDownDays ?? DEFAULT_COOL_DOWN_DAYS
  if (level.lastsDays !== undefined && level.lastsDays < coolDownDays && !draft.isLeftOut(['coolDownDays'])) {
    draft.fault(
      [...here, 'lastsDays'],
      `有效 ${level.lastsDays} 天，比 coolDownDays 的 ${coolDownDays} 天还短`,
      `至少写 ${coolDownDays}`,
    )
  }
  return asked
}

interface Asked {
  when: Condition | undefined
  keep: Condition | undefined
}

/** Whoever reaches a level that asks more than a better one does reaches that one, too; a `keep` that asks more than `when`
 *  lets nobody stay who would not anyway. */
function adviseLevels(draft: Draft<LadderRule>, asked: readonly Asked[]): void {
  const { levels } = draft.value
  for (const [index, { when, keep }] of asked.entries()) {
    if (when === undefined) continue
    const level = levels[index]?.level ?? ''
    if (keep !== undefined && implies(keep, when)) {
      draft.advise(
        ['levels', index, 'keep'],
        `「${level}」的 keep 不比 when 宽，写了也留不住人`,
        'keep 要比 when 容易，如 when 写 10000元、keep 写 6000元',
      )
    }
    const better = asked.slice(0, index).findIndex((one) => one.when !== undefined && implies(when, one.when))
    if (better >= 0) {
      draft.advise(
        ['levels', index, 'when'],
        `没有人会到「${level}」：符合它的人都符合更高的「${levels[better]?.level ?? ''}」`,
        '从高到低，要求也要从难到易',
      )
    }
  }
}

/** A level that depends on the ladder's own levels, or on the tags that it sets, would chase itself. */
function checkCircle(draft: Draft<LadderRule>, path: Path, condition: Condition): void {
  const own = new Set(draft.value.levels.flatMap(({ level, tag = '' }) => [`${draft.value.ladder}/${level}`, tag]))
  const named = namedIn(condition).find((name) => own.has(name))
  if (named !== undefined) draft.fault(path, `条件里的「${named}」就是这把梯子自己决定的`, '换成订单、群等别的条件')
}

function namedIn(condition: Condition): string[] {
  if (condition.kind !== 'test') return [condition.of].flat().flatMap(namedIn)
  if (condition.path !== 'tiers' && condition.path !== 'tags') return []
  return Object.values(condition.test)
    .flat()
    .filter((value) => typeof value === 'string')
}

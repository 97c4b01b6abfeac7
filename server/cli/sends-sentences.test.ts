import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it, test } from 'vitest'
import documented from '../../sandbox/facts/endpoints.json' with { type: 'json' }
import { EXCLUSION_TODO_ZH, EXCLUSIONS, type ExclusionKind } from '../operations/mass-send/choice.ts'
import { chooseGroups, type GroupChoiceContext } from '../operations/mass-send/choose-groups.ts'
import { type ChoiceContext, chooseRecipients } from '../operations/mass-send/choose-recipients.ts'
import { recipientNote } from '../operations/mass-send/recipient-note.ts'
import { OUTCOME_TODO_ZH, OUTCOMES, type OutcomeCounts, outcomeText } from '../operations/mass-send/send-states.ts'
import { errorCode } from '../platform/wecom/error-codes/error-codes.ts'
import { refusedText } from '../platform/wecom/error-codes/refused-text.ts'
import { WecomError } from '../platform/wecom/wire/wecom-error.ts'
import { CampaignRule } from '../rules/schema/campaign-rule.ts'
import { InterceptRule } from '../rules/schema/intercept-rule.ts'
import { PolicyRule } from '../rules/schema/policy-rule.ts'
import { MomentRule, SendRule } from '../rules/schema/rule-files.ts'
import { previewText } from './moments-text.ts'
import { planText, showText } from './sends-text.ts'

/** Whatever keeps a message from somebody is said in Chinese: why, and what a person can do. The lists are those of the program and
 *  of WeCom's documentation, so that what is new in them is looked at here. */

/** What people type or see as it is: keys of rules, commands, and these. */
const TYPED = new Set([
  ...[SendRule, MomentRule, CampaignRule, InterceptRule, PolicyRule].flatMap(({ properties }) =>
    Object.keys(properties),
  ),
  ...[
    'later',
    'day',
    'policy.yaml',
    'true',
    'false',
    'plan',
    'list',
    'show',
    'IP',
    'MB',
    'SOP',
    'WECOM_SECRET',
    'WECOM_AGENT_ID',
  ],
])
const COMMAND = /npm run -s [a-z]+ -- [a-z]+(?: [a-z-]+:)?|--[a-z]+|config\/[a-z]+\//g

/** What in a text is no Chinese and nothing that people type. */
const foreign = (text: string): string[] =>
  (text.replaceAll(COMMAND, '').match(/[A-Za-z][\w.-]*[A-Za-z]/g) ?? []).filter((word) => !TYPED.has(word))
const isChinese = (text: string): boolean => /\p{Script=Han}{2}/u.test(text)
/** Undefined: a sentence that anybody can read. */
function flawOf(text: string | undefined): string | undefined {
  if (text === undefined || !isChinese(text)) return `not Chinese: ${text}`
  const words = foreign(text)
  if (/undefined|\[object/.test(text) || words.length > 0) return `${words.join()} in ${text}`
  return undefined
}
const flawsOf = (texts: readonly (string | undefined)[]): string[] => texts.flatMap((text) => flawOf(text) ?? [])

const FOLDERS = ['mass-send', 'moments', 'group-welcomes', 'intercepts']
const SOURCES = FOLDERS.flatMap((folder) => {
  const path = join(import.meta.dirname, '../operations', folder)
  return readdirSync(path)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(path, name))
})
const CLI = ['sends-text', 'campaigns-text', 'moments-text', 'intercepts'].map((name) =>
  join(import.meta.dirname, `${name}.ts`),
)

function visit(files: readonly string[], see: (node: ts.Node) => void): void {
  for (const file of files) {
    const walk = (node: ts.Node): void => {
      see(node)
      ts.forEachChild(node, walk)
    }
    walk(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true))
  }
}

const textOf = (node: ts.Node): string | undefined =>
  ts.isTemplateExpression(node)
    ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…')
    : ts.isStringLiteralLike(node)
      ? node.text
      : undefined

describe('what the program says of sends, moments, welcomes of groups and words', () => {
  it('has no English in any of its Chinese texts', () => {
    const texts: string[] = []
    visit([...SOURCES, ...CLI], (node) => {
      const text = textOf(node)
      if (text !== undefined && isChinese(text)) texts.push(text)
    })
    expect(texts.length).toBeGreaterThan(100)
    expect(flawsOf(texts)).toEqual([])
  })

  it('says every fault of its own in Chinese', () => {
    const faults: [code: string, zh: boolean][] = []
    visit(SOURCES, (node) => {
      const isNew = ts.isNewExpression(node) && node.expression.getText() === 'AppError'
      const isLater = ts.isCallExpression(node) && node.expression.getText() === 'later'
      if (!isNew && !isLater) return
      const [code, , options, zh] = node.arguments ?? []
      const told = isLater ? zh : options
      // The one place where `later` itself makes it.
      if (code !== undefined && !ts.isStringLiteralLike(code)) return
      const hasZh =
        told !== undefined &&
        (isLater || (ts.isObjectLiteralExpression(told) && told.properties.some((one) => one.name?.getText() === 'zh')))
      faults.push([code?.text ?? '', hasZh])
    })
    expect(faults.length).toBeGreaterThan(8)
    expect(faults.filter(([, zh]) => !zh)).toEqual([])
  })
})

describe('who gets nothing', () => {
  const ceiling = { most: 1, days: 7 }
  const contacts = { ceilingOf: () => ceiling, lately: new Map(), coming: new Map(), nowMs: 0 }
  const had = new Map([['one', 1]])
  const PERSON: ChoiceContext = {
    ...{ owners: new Map([['one', 'zhangsan']]), received: new Map(), perCustomer: 1, contacts: undefined },
    ...{ refused: new Set(), guides: undefined, keptFor: () => undefined },
    draws: { getsNone: () => false, isHeldOut: () => false },
  }
  const GROUP: GroupChoiceContext = {
    ...{ received: new Map(), perGroup: 1, contacts: undefined, left: new Set(), keptFor: () => undefined },
  }
  const ofPerson = (context: Partial<ChoiceContext>) => chooseRecipients(['one'], { ...PERSON, ...context })
  const ofGroup = (context: Partial<GroupChoiceContext>, owner: string | undefined = 'zhangsan') =>
    chooseGroups([{ chatId: 'one', owner }], { ...GROUP, ...context })
  const kept = () => '7 天内最多 1 次，留给「大促」'
  const WAYS: Record<ExclusionKind, () => ReturnType<typeof ofPerson>> = {
    'no-consent': () => ofPerson({ refused: new Set(['one']) }),
    'dropped-out': () => ofPerson({ dropped: new Map([['one', '「家宴」开始以后已经下单，后面的不再发']]) }),
    'no-guide': () => ofPerson({ owners: new Map() }),
    'no-owner': () => [
      ...ofGroup({ left: new Set(['zhangsan']) }),
      ...chooseGroups([{ chatId: 'one', owner: undefined }], GROUP),
    ],
    'over-limit': () => [...ofPerson({ received: had }), ...ofGroup({ received: had })],
    'over-ceiling': () => [
      ...ofPerson({ contacts: { ...contacts, chatType: 'single', had } }),
      ...ofGroup({ contacts: { ...contacts, chatType: 'group', had } }),
    ],
    'kept-for-another': () => [...ofPerson({ keptFor: kept }), ...ofGroup({ keptFor: kept })],
    'had-step': () => ofGroup({ hadStep: new Map([['one', 0]]) }),
    'no-marketing': () => ofPerson({ draws: { getsNone: () => true, isHeldOut: () => false } }),
    'held-out': () => ofPerson({ draws: { getsNone: () => false, isHeldOut: () => true } }),
  }

  it.each(EXCLUSIONS)('%s is said, and in a dry run what a person can do', (kind) => {
    const choices = WAYS[kind]()
    expect(choices.map(({ excluded }) => excluded?.kind)).toEqual(choices.map(() => kind))
    const sentences = choices.map(({ excluded }) => excluded?.zh ?? '')
    expect(flawsOf(sentences)).toEqual([])
    const excluded = sentences.map((zh) => ({ kind, zh, many: 1, examples: ['one'] }))
    const plan = { chatType: 'single' as const, guides: [], total: 0, excluded, remark: undefined }
    const shown = planText('大促', plan, { guides: new Map(), whom: new Map([['one', '小满']]) })
    for (const zh of [...sentences, EXCLUSION_TODO_ZH[kind] ?? '']) expect(shown).toContain(zh)
    expect(shown).toContain('符合条件的都被排除了')
  })

  it('what stays without advice is meant to be so', () => {
    const silent = EXCLUSIONS.filter((kind) => EXCLUSION_TODO_ZH[kind] === undefined)
    expect(silent).toEqual(['dropped-out', 'had-step', 'no-marketing', 'held-out'])
    expect(flawsOf(EXCLUSIONS.flatMap((kind) => EXCLUSION_TODO_ZH[kind] ?? []))).toEqual([])
  })
})

const NOBODY = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as OutcomeCounts
const shownRun = (counts: Partial<OutcomeCounts>, chatType: 'single' | 'group' = 'single'): string =>
  showText({
    run: {
      ...{ id: 7, name: '大促', chatType, state: 'finished', scheduledAtMs: 5_000, version: 'v' },
      ...{ counts: { ...NOBODY, ...counts }, remark: undefined, approved: undefined, learned: undefined },
      ...{ priority: 0, isLaterLook: false, finishedAtMs: 8_000 },
    },
    ...{
      batches: [],
      reasons: [],
      groups: [],
      names: new Map(),
      brought: undefined,
      clicks: [],
      nowMs: 9_000,
      groupsSinceMs: 0,
    },
  })

describe('what became of it', () => {
  it.each(OUTCOMES)('%s is said to customers’ timelines and to ops', (outcome) => {
    const labels = (['single', 'group', undefined] as const).map((chatType) => outcomeText(outcome, chatType))
    const notes = [undefined, '群已解散'].map((reason) =>
      recipientNote({ sendName: '大促', outcome, guideName: '孙倩', reason }),
    )
    expect(flawsOf([...labels, ...(outcome === 'planned' ? [] : notes)])).toEqual([])
    const todo = OUTCOME_TODO_ZH[outcome]
    const shown = shownRun({ [outcome]: 2 })
    expect(shown).toContain(`${outcomeText(outcome, 'single')} 2`)
    expect(shown.includes('怎么办：')).toBe(todo !== undefined)
    if (todo !== undefined) expect([shown.includes(todo), flawOf(todo)]).toEqual([true, undefined])
  })

  it('what failed or was not confirmed is never left without advice', () => {
    const silent = OUTCOMES.filter((outcome) => OUTCOME_TODO_ZH[outcome] === undefined)
    expect(silent).toEqual(['planned', 'sent', 'deferred', 'held-out'])
  })
})

describe('an empty audience', () => {
  test.each(['single', 'group'] as const)('of a send to %s is said, before and after', (chatType) => {
    const plan = { chatType, guides: [], total: 0, excluded: [], remark: undefined }
    const before = planText('大促', plan, { guides: new Map(), whom: new Map() })
    const after = shownRun({}, chatType)
    const sentence = `没有${chatType === 'group' ? '群' : '客户'}符合规则里的 audience，放宽条件再用 plan 看`
    for (const text of [before, after]) expect([text.includes(sentence), flawOf(text)]).toEqual([true, undefined])
  })

  test('of a moment is said before', () => {
    const rule = { name: '上新', value: { content: {} } } as unknown as Parameters<typeof previewText>[0]
    const text = previewText(rule, { guides: 0, reach: 0, full: 0, refused: 0, heldOut: 0, overCeiling: 0 })
    expect(text).toContain('没有人会看到：没有能发表的导购，或者没有客户有这些标签。请核对规则里的 guides 和 tags。')
    expect(flawOf(text)).toBeUndefined()
  })
})

describe('what WeCom refuses', () => {
  const OURS = new Set(['mass-send', 'moments', 'intercept', 'group-welcome'])
  const codes = documented.filter(({ group }) => OURS.has(group)).flatMap(({ errcodes }) => errcodes)
  const refusals = [...new Set(codes)].sort()
  /** These pass by themselves, and are tried again. */
  const PASSING = new Set(['retry-now', 'retry-later', 'refresh-token'])

  it('is what the documentation says', () => {
    expect(refusals.length).toBeGreaterThan(30)
  })

  it.each(refusals)('%i is said, with what to do', (errcode) => {
    const { kind, todo, advice } = errorCode(errcode)
    const said = [refusedText('这次群发', errcode), new WecomError(errcode, '/p').zh]
    expect(flawsOf(said)).toEqual([])
    if (PASSING.has(kind)) return
    const next = todo ?? advice ?? ''
    expect(flawOf(next)).toBeUndefined()
    for (const text of said) expect(text).toContain(`。${next}`)
  })

  it('says also that it never answered, and what comes then', () => {
    expect(refusedText('入群欢迎语', undefined, '一小时后再试')).toBe(
      '企业微信没有接受入群欢迎语（多次没有应答）。一小时后再试',
    )
    expect(refusedText('这条敏感词规则', 41_069, '一小时后再试')).toBe(
      '企业微信没有接受这条敏感词规则（41069 聊天敏感词规则总数超过了限制）。请清理不用的敏感词规则；一小时后再试',
    )
  })
})

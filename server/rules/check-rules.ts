import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AtHand } from './at-hand.ts'
import { type RuleSources, sourcesOf } from './book/bind-book.ts'
import { fieldsIn } from './book/profile-fields.ts'
import { createAssetCheck } from './checks/assets.ts'
import { checkCalendars, namesOfCalendars } from './checks/calendars.ts'
import { draftsOfCampaigns } from './checks/campaign-drafts.ts'
import { checkCampaigns } from './checks/campaigns.ts'
import { checkChannels } from './checks/channels.ts'
import type { CheckContext } from './checks/check-context.ts'
import { checkCredit } from './checks/credit.ts'
import { refuseDoubles } from './checks/doubles.ts'
import { type GoneRule, goneAdvice, goneRules } from './checks/gone.ts'
import { addCatalogue, doubtGoods, type Goods, goodsToldBy } from './checks/goods.ts'
import { checkGroupSops, namesOfGroupSops } from './checks/group-sops.ts'
import { adviseOnHoldOut } from './checks/hold-out-changed.ts'
import { checkIntercepts } from './checks/intercepts.ts'
import { checkLadders } from './checks/ladders.ts'
import { askAboutLostNames } from './checks/lost-names.ts'
import { checkMoments } from './checks/moments.ts'
import { checkConditionNames, type Names } from './checks/names.ts'
import { checkPolicy } from './checks/policy.ts'
import { checkPools } from './checks/pools.ts'
import { checkProducts } from './checks/products.ts'
import { checkProfileFields } from './checks/profile-fields.ts'
import { checkRenames } from './checks/renames.ts'
import { checkRfm, rfmNamesIn } from './checks/rfm.ts'
import { checkRoles } from './checks/roles.ts'
import { checkScripts } from './checks/scripts.ts'
import { checkSends } from './checks/sends.ts'
import { checkShops } from './checks/shops.ts'
import { checkSops } from './checks/sops.ts'
import { checkStray } from './checks/stray.ts'
import { checkTagRules, strategyTagsIn } from './checks/tags.ts'
import { createVideoSeconds } from './checks/video-seconds.ts'
import { checkWebhooks } from './checks/webhooks.ts'
import { checkWelcomes } from './checks/welcomes.ts'
import { GROUP_FACTS } from './condition/group-facts.ts'
import type { AskedField } from './condition/profile-path.ts'
import { createDraft, type Draft, type Drafts, noDrafts } from './files/draft.ts'
import { MAX_FAULTS as MOST_OF_DOCUMENT } from './files/explain-shape.ts'
import { foldRoots } from './files/fold-roots.ts'
import { headOf } from './files/head-of.ts'
import { slipsOfKeyboard } from './files/raw-text.ts'
import { byPosition, createFaultList, type FaultList, type RuleFault } from './files/rule-fault.ts'
import type { FoundRules, RuleFile } from './files/rule-folder.ts'
import { KINDS, RULE_KINDS, type RuleKind } from './files/rule-kinds.ts'
import { linesOf } from './files/text-lines.ts'
import { type ParsedRules, type Path, parseYamlRules } from './files/yaml-rules.ts'
import type { CheckedWords } from './vocabulary.ts'

export interface CheckedRules {
  /** Of profile.yaml, as far as it can be understood. */
  fields: readonly AskedField[]
  /** What the files give names to, also while there are faults. */
  names: Names
  /** The rules as they stand in the files; there exactly when there are no faults. */
  sources: RuleSources | undefined
  /** By file, line and column. */
  faults: RuleFault[]
  /** What is allowed and probably not meant; it keeps nothing from coming into force. */
  advice: RuleFault[]
  /** Rules in force that the files no longer have; where those are known, and there are no faults. */
  gone: GoneRule[]
}

/** Of none it is known what they name. */
export const noNames = (): Names => ({
  channel: undefined,
  welcome: undefined,
  tag: undefined,
  pool: undefined,
  script: undefined,
  tier: undefined,
  sop: undefined,
  webhook: undefined,
  rfm: undefined,
})

/** More would bury the first ones, which usually explain the rest. */
const MAX_FAULTS = 200

/** Parses and checks all rules that were found together; never throws on what they say. Gives the event loop a turn after
 *  each file. */
export async function checkRules(
  { folder, files, faults: found, remarks }: FoundRules,
  words: CheckedWords,
  atHand?: AtHand,
): Promise<CheckedRules> {
  // The drafts see names that are collected after them.
  const names = noNames()
  const fields: AskedField[] = []
  const collected = createCollection()
  const goods = goodsToldBy(atHand)
  const faults = createFaultList()
  const advice = createFaultList()
  faults.all.push(...found)
  advice.all.push(...remarks)
  for (const file of files) {
    readFile(file, { collected, faults, advice, words, names, fields, goods })
    await nextTurn()
  }
  Object.assign(names, namesOf(collected))
  fields.push(...fieldsWritten(collected))
  addCatalogue(goods, collected.drafts.products)

  const { drafts } = collected
  const context: CheckContext = {
    names,
    vocabulary: words,
    atHand,
    goods,
    strategyTags: strategyTagsIn(drafts.tags),
    linkPlaces:
      isIncomplete(collected, 'policy') || drafts.policy.some((one) => one.isLeftOut(['links']))
        ? undefined
        : Object.keys(drafts.policy[0]?.value.links ?? {}).map((name) => `{链接:${name}}`),
    assetProblem: createAssetCheck(folder),
    videoSeconds: createVideoSeconds(folder),
  }
  refuseDoubles(drafts)
  for (const { draft, at, part } of collected.strays) checkStray(context, draft, at, part)
  checkTagRules(drafts.tags)
  checkRenames(drafts)
  checkChannels(context, drafts.channel)
  // What a welcome of the wrong shape says is not known, so nothing may be said to be missing from all of them.
  const isWhole = (...keys: string[]): boolean =>
    !isIncomplete(collected, 'welcome') && drafts.welcome.every((one) => keys.every((key) => !one.isLeftOut([key])))
  checkWelcomes(context, drafts.welcome, isWhole('default'))
  checkPools(context, drafts.pool, isWhole('attachments', 'hours') ? drafts.welcome : undefined)
  await checkScripts(context, drafts.scripts, drafts.profile)
  const nowMs = Date.now()
  checkSops(context, drafts.sop, { policy: drafts.policy[0]?.value, nowMs })
  const ofCampaigns = draftsOfCampaigns(drafts.campaign, nowMs)
  const sends = [...drafts.send, ...ofCampaigns.sends]
  checkSends(context, sends, { policy: isIncomplete(collected, 'policy') ? undefined : drafts.policy, nowMs })
  checkMoments(context, [...drafts.moment, ...ofCampaigns.moments], { quiet: drafts.policy[0]?.value.quiet, nowMs })
  checkCalendars(context, drafts.calendar, { policy: drafts.policy[0]?.value, sends: drafts.send, nowMs })
  const taken = new Set([...drafts.send.map(({ name }) => name), ...namesOfCalendars(drafts.calendar)])
  checkGroupSops(context, drafts.groupSop, { policy: drafts.policy[0]?.value, taken })
  const named = [...drafts.moment.map(({ name }) => name), ...namesOfGroupSops(drafts.groupSop)]
  checkCampaigns(context, drafts.campaign, { taken: new Set([...taken, ...named]), nowMs })
  checkIntercepts(context, drafts.intercept)
  checkWebhooks(context, drafts.webhook)
  checkShops(drafts.shop, { sops: drafts.sop, isWhole: !isIncomplete(collected, 'shop') })
  checkPolicy(context, drafts.policy)
  checkLadders(context, drafts.ladder)
  checkRoles(context, drafts.roles)
  checkProfileFields(drafts.profile)
  checkCredit(drafts.credit)
  checkRfm(drafts.rfm)
  checkProducts(drafts.products)
  if (atHand !== undefined) {
    await askAboutLostNames(surelyNamed(collected), atHand, nowMs)
    await adviseOnHoldOut(drafts.campaign, atHand)
  }

  if (faults.all.length > 0) {
    const told = foldRoots(faults.all.sort(byPosition)).slice(0, MAX_FAULTS)
    return { names, fields, sources: undefined, faults: told, advice: [], gone: [] }
  }
  const sources = sourcesOf(drafts)
  const gone = atHand?.inForce === undefined ? [] : goneRules(atHand.inForce, sources)
  if (files.length === 0 && gone.length > 0)
    return { names, fields, sources: undefined, faults: [emptied(gone.length)], advice: [], gone: [] }
  return { names, fields, sources, faults: [], advice: [...advice.all, ...gone.map(goneAdvice)].sort(byPosition), gone }
}

/** A folder that is not mounted yet looks so; to end all rules on purpose is rare. */
const emptied = (count: number): RuleFault => ({
  file: '.',
  line: 1,
  column: 1,
  message: `规则文件夹里一个规则文件也没有，而正在用的规则有 ${count} 条`,
  suggestion: '多半是没有挂载好，或者还在部署；真的都不要了，留一个 tags.yaml',
})

interface Collection {
  drafts: Drafts
  /** Names as written, also those of rules with faults, so that one mistake is told once. */
  written: { kind: RuleKind; value: unknown }[]
  /** Kinds of which a file could not be read to its end. */
  unreadable: Set<RuleKind>
  /** Kinds of which a rule is of no use: nothing of it can be read, or it stands among those of another kind. */
  missing: Set<RuleKind>
  /** Parts that stand where they cannot. */
  strays: { draft: Draft<unknown>; at: Path; part: unknown }[]
}

const createCollection = (): Collection => ({
  drafts: noDrafts(),
  written: [],
  unreadable: new Set(),
  missing: new Set(),
  strays: [],
})

/** May there be rules of this kind that are not among the drafts? */
const isIncomplete = ({ unreadable, missing }: Collection, kind: RuleKind): boolean =>
  unreadable.has(kind) || missing.has(kind)

/** What gives a rule its name, or keeps it. */
const NAMED_BY: Partial<Record<RuleKind, readonly string[]>> = { tags: ['tags'], ladder: ['ladder', 'was', 'levels'] }

/** The drafts of those kinds of which all names are known: what could not be read is not gone. */
function surelyNamed(collected: Collection): Drafts {
  const { drafts } = collected
  const isSure = (kind: RuleKind): boolean =>
    !isIncomplete(collected, kind) &&
    drafts[kind].every((draft) => (NAMED_BY[kind] ?? [KINDS[kind].key, 'was']).every((key) => !draft.isLeftOut([key])))
  return { ...drafts, ...Object.fromEntries(RULE_KINDS.flatMap((kind) => (isSure(kind) ? [] : [[kind, []]]))) }
}

function readFile(
  file: RuleFile,
  into: {
    collected: Collection
    faults: FaultList
    advice: FaultList
    words: CheckedWords
    names: Names
    fields: readonly AskedField[]
    goods: Goods
  },
): void {
  const { collected, faults, advice, words, names, fields, goods } = into
  const { facts, shapes } = words
  const parsed = hopelessHead(file, shapes) ?? parseYamlRules(file.file, file.text)
  faults.all.push(...parsed.faults)
  if (parsed.faults.length > 0 || parsed.isHead === true) collected.unreadable.add(file.kind)
  let isOdd = parsed.faults.length > 0
  for (const document of parsed.documents) {
    const { value } = document
    const misplaced = misplacedKind(file.kind, value, shapes)
    if (misplaced !== undefined) {
      const message = `这是${KINDS[misplaced].zh}，放在这里不会起作用`
      faults.add(file.file, () => document.locate([]), message, `放到 ${KINDS[misplaced].place}`)
      collected.written.push({ kind: misplaced, value })
      collected.missing.add(misplaced)
      continue
    }
    collected.written.push({ kind: file.kind, value })
    const { faults: wrong, readable } = shapes.read(file.kind, value)
    isOdd ||= wrong.length > 0
    for (const { at, key, message, suggestion } of wrong) {
      const place = document.locate(at, key === true ? 'key' : 'value')
      // What YAML stumbled over is told, and leaves nothing that could have the right shape.
      const isTold = parsed.faults.some(({ line, column }) => line === place.line && column === place.column)
      if (!isTold) faults.add(file.file, () => place, message, suggestion)
    }
    if (readable === undefined) {
      collected.missing.add(file.kind)
      continue
    }
    const draft = createDraft({
      file,
      document,
      value: withName(file, readable.value, value),
      part: readable,
      name: nameIn(file.kind, withName(file, readable.value, value)),
      faults,
      advice,
      facts,
      fields,
      checkNames: (condition, report) =>
        checkConditionNames({ names, facts: [...facts, ...GROUP_FACTS] }, condition, report),
      doubtValues: (condition, report) => doubtGoods(goods, condition, report),
    })
    for (const { at, part } of readable.strays) collected.strays.push({ draft, at, part })
    // The schema of this kind has accepted the value, but for what stands in, which makes the cast true.
    const list = collected.drafts[file.kind] as Draft<unknown>[]
    list.push(draft)
  }
  if (isOdd) nameSlips(file, faults.all)
}

/** The beginning of a file that is far too long, where that is a document with as many faults as are told of one. */
function hopelessHead({ kind, file, text }: RuleFile, shapes: CheckedWords['shapes']): ParsedRules | undefined {
  const head = headOf(text)
  if (head === undefined) return undefined
  const parsed = parseYamlRules(file, head)
  const [first] = parsed.documents
  const isHopeless =
    parsed.faults.length === 0 &&
    parsed.documents.length === 1 &&
    shapes.faults(kind, first?.value).length >= MOST_OF_DOCUMENT
  return isHopeless ? { ...parsed, isHead: true } : undefined
}

const nameIn = (kind: RuleKind, value: unknown): string =>
  String((value as Record<string, unknown> | null)?.[KINDS[kind].key])

/** A rule whose name cannot be read is called as it says itself, or as its file. */
function withName({ kind, file }: RuleFile, readable: unknown, written: unknown): unknown {
  const key = KINDS[kind].key
  if ((readable as Record<string, unknown>)[key] !== '') return readable
  const said = (written as Record<string, unknown>)[key]
  return { ...(readable as object), [key]: typeof said === 'string' && said !== '' ? said : file }
}

/** Where something was not understood, the slips of a Chinese keyboard are named; on their own lines in place of what the
 *  parser stumbled over. */
function nameSlips({ file, text }: RuleFile, faults: RuleFault[]): void {
  const at = linesOf(text)
  for (const { offset, message, suggestion } of slipsOfKeyboard(text)) {
    const place = at(offset)
    const same = faults.findIndex((one) => one.file === file && one.line === place.line)
    const slip = { file, ...place, message, suggestion }
    if (same >= 0) faults.splice(same, 1, slip)
    else faults.push(slip)
  }
}

/** Of which other kind a document is, by the key that stands first: that is how a rule says what it is. A key that other kinds
 *  have as well, `welcome` in a channel say, tells nothing of what follows. */
function misplacedKind(kind: RuleKind, value: unknown, { faults }: CheckedWords['shapes']): RuleKind | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const [first] = Object.keys(value)
  const other = first === KINDS[kind].key ? undefined : RULE_KINDS.find((one) => first === KINDS[one].key)
  if (other === undefined || !Object.hasOwn(value, KINDS[kind].key)) return other
  return faults(other, value).length < faults(kind, value).length ? other : undefined
}

/** Where rules of a kind say what others may refer to; `+`: in each of a list that is not empty. */
const NAMES_AT = {
  channel: [['channel']],
  welcome: [['welcome']],
  tags: [
    ['tags', '*', 'group'],
    ['tags', '*', 'names', '+'],
  ],
  pool: [['pool']],
  scripts: [['situations', '+', 'scripts', '+', 'id']],
  ladder: [['ladder'], ['levels', '+', 'level']],
  sop: [['sop']],
  webhook: [['webhook']],
} as const satisfies Partial<Record<RuleKind, string[][]>>

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The texts at a path; undefined among them: something that is none. */
function textsAt(value: unknown, [step, ...rest]: readonly string[]): (string | undefined)[] {
  if (step === undefined) {
    const text = isMap(value) ? value.name : value
    return [typeof text === 'string' ? text : undefined]
  }
  if (step === '*' || step === '+') {
    const isList = Array.isArray(value) && (step === '*' || value.length > 0)
    return isList ? value.flatMap((item) => textsAt(item, rest)) : [undefined]
  }
  return isMap(value) ? textsAt(value[step], rest) : [undefined]
}

/** Names as written, also where they have the wrong form. A kind of which a name cannot be read is not known: whatever is
 *  missing may be that one. */
function namesOf({ written, unreadable }: Collection): Names {
  function named(kind: keyof typeof NAMES_AT, namesIn: (value: unknown) => string[]): Set<string> | undefined {
    const values = written.filter((one) => one.kind === kind).map(({ value }) => value)
    const isWhole = values.every((value) => NAMES_AT[kind].every((at) => !textsAt(value, at).includes(undefined)))
    return isWhole && !unreadable.has(kind) ? new Set(values.flatMap(namesIn)) : undefined
  }
  const texts = (value: unknown, path: readonly string[]): string[] =>
    textsAt(value, path).flatMap((text) => text ?? [])
  const plain = (kind: keyof typeof NAMES_AT) => named(kind, (value) => texts(value, NAMES_AT[kind][0]))
  const parts = (value: unknown, key: string): unknown[] => {
    const list = isMap(value) ? value[key] : undefined
    return Array.isArray(list) ? list : []
  }
  return {
    channel: plain('channel'),
    welcome: plain('welcome'),
    tag: named('tags', (value) =>
      parts(value, 'tags').flatMap((group) =>
        texts(group, ['names', '+']).map((name) => `${texts(group, ['group'])[0] ?? ''}/${name}`),
      ),
    ),
    pool: plain('pool'),
    script: inSmall(plain('scripts')),
    tier: named('ladder', (value) =>
      texts(value, ['levels', '+', 'level']).map((level) => `${texts(value, ['ladder'])[0] ?? ''}/${level}`),
    ),
    sop: inSmall(plain('sop')),
    webhook: plain('webhook'),
    rfm: unreadable.has('rfm') ? undefined : rfmNamesIn(written.filter(({ kind }) => kind === 'rfm')),
  }
}

/** A file with faults may still say which fields there are: what is asked of them is judged all the same. */
const fieldsWritten = ({ written }: Collection): AskedField[] =>
  written.flatMap(({ kind, value }) => (kind === 'profile' ? fieldsIn(value) : []))

/** An id in capitals is told where it stands; who refers to it by the right one is right. */
const inSmall = (ids: Set<string> | undefined): Set<string> | undefined =>
  ids === undefined ? undefined : new Set([...ids].map((id) => id.toLowerCase()))

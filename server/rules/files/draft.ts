import type { Static } from 'typebox'
import { contradiction } from '../condition/condition-bounds.ts'
import type { FactShape } from '../condition/fact.ts'
import { GROUP_FACTS } from '../condition/group-facts.ts'
import { parseCondition } from '../condition/parse-condition.ts'
import type { AskedField } from '../condition/profile-path.ts'
import type { Condition } from '../schema/condition.ts'
import { asWritten, isInsideLeftOut, isLeftOutOf, type ReadablePart } from './readable-part.ts'
import type { FaultList } from './rule-fault.ts'
import type { RuleFile } from './rule-folder.ts'
import { forEachKind, type KINDS, type RuleKind } from './rule-kinds.ts'
import type { Path, YamlDocument } from './yaml-rules.ts'

/** One rule, not yet checked against the others; of the right shape, or what is left of it when all that has a wrong one is
 *  taken away. Paths are from its document's root. */
export interface Draft<Value> {
  name: string
  file: string
  value: Value
  /** Is something at `path`, around it or below it not as written because of its shape? Nothing follows from its absence. */
  isLeftOut(path: Path): boolean
  /** Reports something wrong at `path`; `key`: at the name there, not at its value. */
  fault(path: Path, message: string, suggestion?: string, key?: 'key'): void
  /** Says that something is allowed and probably not meant. */
  advise(path: Path, message: string, suggestion?: string): void
  /** Understands the condition written at `path` and checks the names in it; undefined when there are faults. `about`:
   *  what it asks about; default: customers. */
  condition(path: Path, written: unknown, about?: 'groups'): Condition | undefined
}

/** All rules of one folder, as far as they can be read. */
export type Drafts = { [Kind in RuleKind]: Draft<Static<(typeof KINDS)[Kind]['shape']>>[] }

export const noDrafts = (): Drafts => forEachKind<never[]>(() => [])

export function createDraft<Value>(options: {
  file: RuleFile
  document: YamlDocument
  value: Value
  /** What was taken away of it; undefined: nothing. */
  part?: Pick<ReadablePart, 'leftOut' | 'renamed'>
  name: string
  faults: FaultList
  advice: FaultList
  facts: readonly FactShape[]
  /** Of profile.yaml; filled in before conditions are looked at. */
  fields: readonly AskedField[]
  /** Checks the names that a condition mentions. */
  checkNames(
    condition: Condition,
    report: (path: string, name: string, message: string, suggestion: string) => void,
  ): void
  /** Looks for values that are allowed and that nothing known has. */
  doubtValues?(
    condition: Condition,
    report: (path: string, name: string, message: string, suggestion: string) => void,
  ): void
}): Draft<Value> {
  const { document, faults, advice, part = { leftOut: [], renamed: [] } } = options
  const { leftOut, renamed } = part
  const told =
    (list: FaultList): Draft<Value>['fault'] =>
    (path, message, suggestion, key) => {
      const written = asWritten(renamed, path)
      // What stands in for it was not written by anybody.
      if (isInsideLeftOut(leftOut, written)) return
      list.add(options.file.file, () => document.locate(written, key ?? 'value'), message, suggestion)
    }
  const fault = told(faults)
  return {
    name: options.name,
    file: options.file.file,
    value: options.value,
    isLeftOut: (path) => leftOut.length > 0 && isLeftOutOf(leftOut, asWritten(renamed, path)),
    fault,
    advise: told(advice),
    condition: (path, written, about) => {
      const ofGroups = about === 'groups'
      const parsed = ofGroups
        ? parseCondition(written ?? {}, GROUP_FACTS, [])
        : parseCondition(written ?? {}, options.facts, options.fields)
      for (const wrong of parsed.faults) {
        fault([...path, ...wrong.at], wrong.message, wrong.suggestion, wrong.key === true ? 'key' : undefined)
      }
      let isGood = parsed.condition !== undefined
      const readable = parsed.condition ?? parsed.readable
      options.checkNames(readable, (factPath, name, message, suggestion) => {
        isGood = false
        fault([...path, ...whereWritten(written, factPath, name)], message, suggestion)
      })
      options.doubtValues?.(readable, (factPath, name, message, suggestion) =>
        told(advice)([...path, ...whereWritten(written, factPath, name)], message, suggestion),
      )
      if (parsed.condition === undefined) return undefined
      const clash = contradiction(parsed.condition)
      if (clash !== undefined) {
        isGood = false
        const zh = [...options.facts, ...GROUP_FACTS].find((fact) => fact.path === clash)?.zh ?? clash
        const nobody = ofGroups ? '没有群能符合' : '没有人能符合'
        fault([...path, ...whereWritten(written, clash)], `${nobody}：对「${zh}」的要求互相矛盾`, '改成能同时成立的')
      }
      return isGood ? parsed.condition : undefined
    },
  }
}

/** Keys that lead to where the fact is asked for, or `name` is written as a value of it, as deep as they can be told. */
function whereWritten(written: unknown, factPath: string, name?: string): (string | number)[] {
  const search = (value: unknown, here: (string | number)[], dotted: string): (string | number)[] | undefined => {
    if (dotted === factPath && (name === undefined || value === name)) return here
    if (value === name) return undefined
    if (typeof value !== 'object' || value === null) return undefined
    for (const [key, inner] of Object.entries(value)) {
      const step = Array.isArray(value) ? Number(key) : key
      const isLogic = dotted === '' && (Array.isArray(value) || ['all', 'any', 'not'].includes(key))
      const next = isLogic || dotted === factPath ? dotted : dotted === '' ? key : `${dotted}.${key}`
      const found = search(inner, [...here, step], next)
      if (found !== undefined) return found
    }
    return undefined
  }
  return search(written, [], '') ?? []
}

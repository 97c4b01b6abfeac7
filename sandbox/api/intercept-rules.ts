import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { int, ints, need, object, text, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import type { InterceptRule } from '../world.ts'
import { usersOfWay } from './contact-ways.ts'

const MAX_RULES = 100
const MAX_USERS = 10_000
const name = text({ chars: 20 })
const words = texts({ max: 300, tooMany: 41068 })
const type = int({ min: 1, max: 2 })
const semantics = ints()
const range = object({
  user_list: texts({ max: 1000, tooMany: 41076 }),
  department_list: ints({ max: 1000, tooMany: 41076 }),
})
type GivenRange = { user_list: string[] | undefined; department_list: number[] | undefined } | undefined

function checkWords(given: readonly string[]): string[] {
  if (given.some((word) => word === '' || [...word].length > 32)) refuse(41083, 'invalid word')
  return [...new Set(given)]
}
function checkSemantics(given: readonly number[]): number[] {
  if (given.some((n) => n < 1 || n > 3)) refuse(41084, 'invalid semantics')
  return [...new Set(given)]
}
function checkName({ world }: Desk, given: string, own?: InterceptRule): string {
  const isTaken = [...world.interceptRules.values()].some((r) => r !== own && !r.deleted && r.name === given)
  return isTaken ? refuse(41077, 'rule name taken') : given
}
function checkRange(desk: Desk, users: string[], departments: number[]): { users: string[]; departments: number[] } {
  for (const id of users) findStaff(desk.world, id) ?? refuse(40003, 'invalid userid')
  for (const id of departments) if (!desk.world.departments.has(id)) refuse(60003, 'department not found')
  if (users.length + departments.length === 0) refuse(40058, 'range empty')
  if (usersOfWay(desk, { users, parties: departments }).length > MAX_USERS) refuse(41076, 'range too large')
  return { users, departments }
}
const needRule = ({ world }: Desk, id: string): InterceptRule => {
  const rule = world.interceptRules.get(id) ?? refuse(41070, 'invalid rule_id')
  return rule.deleted ? refuse(41071, 'rule deleted') : rule
}
/** Old ones and new ones, without the removed. */
const changed = <T>(held: T[], added: T[] = [], removed: T[] = []): T[] =>
  [...new Set([...held, ...added])].filter((item) => !removed.includes(item))

/** Sensitive words (聊天敏感词). Docs 95097. */
export function interceptEndpoints() {
  const at = (name: string): string => `/cgi-bin/externalcontact/${name}`
  const ruleId = { rule_id: need(text(), 41070) }
  return [
    endpoint({
      path: at('add_intercept_rule'),
      method: 'POST',
      params: {
        rule_name: need(name),
        word_list: need(words),
        semantics_list: semantics,
        intercept_type: need(type),
        applicable_range: need(range),
      },
      handle: (p, desk) => {
        const live = [...desk.world.interceptRules.values()].filter((rule) => !rule.deleted)
        if (live.length >= MAX_RULES) refuse(41069, 'too many rules')
        const given: GivenRange = p.applicable_range
        const rule: InterceptRule = {
          ruleId: `rule${desk.random.text(20)}`,
          name: checkName(desk, p.rule_name),
          words: checkWords(p.word_list),
          semantics: checkSemantics(p.semantics_list ?? []),
          type: p.intercept_type,
          ...checkRange(desk, given?.user_list ?? [], given?.department_list ?? []),
          createdAtMs: desk.clock.now(),
          deleted: false,
        }
        desk.world.interceptRules.set(rule.ruleId, rule)
        return { rule_id: rule.ruleId }
      },
    }),
    endpoint({
      path: at('get_intercept_rule_list'),
      method: 'GET',
      params: {},
      empty: { rule_list: [] },
      handle: (_p, { world }) => {
        const live = [...world.interceptRules.values()].filter((rule) => !rule.deleted)
        const list = live.map((rule) => ({
          rule_id: rule.ruleId,
          rule_name: rule.name,
          create_time: toSec(rule.createdAtMs),
        }))
        return { rule_list: list }
      },
    }),
    endpoint({
      path: at('get_intercept_rule'),
      method: 'POST',
      params: ruleId,
      handle: (p, desk) => {
        const rule = needRule(desk, p.rule_id)
        return {
          rule: {
            rule_id: rule.ruleId,
            rule_name: rule.name,
            create_time: toSec(rule.createdAtMs),
            word_list: rule.words,
            extra_rule: { semantics_list: rule.semantics },
            intercept_type: rule.type,
            applicable_range: { user_list: rule.users, department_list: rule.departments },
          },
        }
      },
    }),
    endpoint({
      path: at('update_intercept_rule'),
      method: 'POST',
      params: {
        ...ruleId,
        rule_name: name,
        word_list: words,
        extra_rule: object({ semantics_list: semantics }),
        intercept_type: type,
        add_applicable_range: range,
        remove_applicable_range: range,
      },
      handle: (p, desk) => {
        const rule = needRule(desk, p.rule_id)
        const add: GivenRange = p.add_applicable_range
        const remove: GivenRange = p.remove_applicable_range
        Object.assign(rule, {
          ...checkRange(
            desk,
            changed(rule.users, add?.user_list, remove?.user_list),
            changed(rule.departments, add?.department_list, remove?.department_list),
          ),
          name: p.rule_name ? checkName(desk, p.rule_name, rule) : rule.name,
          words: p.word_list === undefined ? rule.words : checkWords(p.word_list),
          semantics: checkSemantics(p.extra_rule?.semantics_list ?? rule.semantics),
          type: p.intercept_type ?? rule.type,
        })
        return {}
      },
    }),
    endpoint({
      path: at('del_intercept_rule'),
      method: 'POST',
      params: ruleId,
      handle: (p, desk) => {
        needRule(desk, p.rule_id).deleted = true
        return {}
      },
    }),
  ]
}

import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { type Executor, execute, type Failure } from '../../engine/actions/action-kind.ts'
import type { InterceptRule } from '../../platform/wecom/api/intercept-rules.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import { refusedText } from '../../platform/wecom/error-codes/refused-text.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import { DeleteIntercept, KeepIntercept, type WantedIntercept } from './intercept-actions.ts'
import { intercepts } from './intercept-store.ts'
import { DELETED } from './keep-intercept.ts'

export interface InterceptExecutorsDeps {
  clock: Clock
  wecom: { interceptRules: Wecom['interceptRules'] }
}

const isGone = (error: unknown): boolean =>
  isRefusedWith(error, ERRCODE.interceptGone) || isRefusedWith(error, ERRCODE.noSuchIntercept)
const sorted = <One extends string | number>(list: readonly One[] = []): string => JSON.stringify([...list].sort())
const missing = <One>(list: readonly One[] = [], among: readonly One[] = []): One[] =>
  among.filter((one) => !list.includes(one))

function isAsWanted(there: InterceptRule, wanted: WantedIntercept): boolean {
  return (
    there.rule_name === wanted.name &&
    there.intercept_type === wanted.type &&
    sorted(there.word_list) === sorted(wanted.words) &&
    sorted(there.extra_rule?.semantics_list) === sorted(wanted.semantics) &&
    sorted(there.applicable_range?.user_list) === sorted(wanted.members) &&
    sorted(there.applicable_range?.department_list) === sorted(wanted.departments)
  )
}

/** Carries out what `keepIntercept` queues: looks first, so that an answer that was lost makes no second rule (its name is taken, and
 *  is found in the list), and what somebody changed at the platform is put right. Source: doc 95097. */
export function interceptExecutors({ clock, wecom }: InterceptExecutorsDeps): Executor[] {
  const api = wecom.interceptRules

  async function read(ruleId: string | undefined): Promise<InterceptRule | undefined> {
    if (ruleId === undefined) return undefined
    try {
      return (await api.get({ rule_id: ruleId })).rule
    } catch (error) {
      if (isGone(error)) return undefined
      throw error
    }
  }

  const named = async (name: string): Promise<string | undefined> =>
    ((await api.list()).rule_list ?? []).find((one) => one.rule_name === name)?.rule_id

  async function update(there: InterceptRule, wanted: WantedIntercept): Promise<void> {
    const { user_list: users = [], department_list: departments = [] } = there.applicable_range ?? {}
    const added = {
      user_list: missing(users, wanted.members),
      department_list: missing(departments, wanted.departments),
    }
    const gone = {
      user_list: missing(wanted.members, users),
      department_list: missing(wanted.departments, departments),
    }
    await api.update({
      rule_id: there.rule_id,
      rule_name: wanted.name,
      word_list: wanted.words,
      extra_rule: { semantics_list: wanted.semantics },
      intercept_type: wanted.type,
      ...(added.user_list.length + added.department_list.length > 0 ? { add_applicable_range: added } : {}),
      ...(gone.user_list.length + gone.department_list.length > 0 ? { remove_applicable_range: gone } : {}),
    })
  }

  async function add(wanted: WantedIntercept): Promise<string> {
    const { rule_id } = await api.add({
      rule_name: wanted.name,
      word_list: wanted.words,
      ...(wanted.semantics.length > 0 ? { semantics_list: wanted.semantics } : {}),
      intercept_type: wanted.type,
      applicable_range: { user_list: wanted.members, department_list: wanted.departments },
    })
    return rule_id
  }

  const refused = (tx: Tx, interceptId: number, refusedAs: string, { errcode }: Failure) =>
    intercepts.change(tx, interceptId, {
      open_key: null,
      refused_as: refusedAs,
      refused_at: clock.now(),
      trouble: refusedText('这条敏感词规则', errcode, '一小时后再试'),
    })

  return [
    execute(KeepIntercept, {
      perform: async ({ payload }) => {
        const there = (await read(payload.ruleId)) ?? (await read(await named(payload.name)))
        if (there === undefined) return { ruleId: await add(payload), isDrift: payload.wasLive }
        const isSame = isAsWanted(there, payload)
        if (!isSame) await update(there, payload)
        return { ruleId: there.rule_id, isDrift: payload.wasLive && !isSame }
      },
      record: async (tx, { payload }, { ruleId, isDrift }) => {
        const now = clock.now()
        await intercepts.change(tx, payload.interceptId, {
          rule_id: ruleId,
          live_as: payload.stamp,
          open_key: null,
          refused_as: null,
          trouble: null,
          checked_at: now,
          drifted_at: isDrift ? now : null,
          ...(payload.wasLive ? {} : { changed_at: now }),
        })
      },
      abandoned: async (tx, { payload }, failure) => {
        await refused(tx, payload.interceptId, payload.stamp, failure)
      },
    }),
    execute(DeleteIntercept, {
      perform: async ({ payload }) => {
        // Made, and the answer was lost: its name tells.
        const ruleId = payload.ruleId ?? (await named(payload.name))
        if (ruleId === undefined) return
        try {
          await api.del({ rule_id: ruleId })
        } catch (error) {
          if (!isGone(error)) throw error
        }
      },
      record: async (tx, { payload }) => {
        await intercepts.forget(tx, payload.interceptId)
      },
      abandoned: async (tx, { payload }, failure) => {
        await refused(tx, payload.interceptId, DELETED, failure)
      },
    }),
  ]
}

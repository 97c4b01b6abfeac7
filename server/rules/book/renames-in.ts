import type { ChannelRule, LadderRule, PoolRule, SendRule, SopRule, TagRules } from '../schema/rule-files.ts'
import type { RuleRename } from './rule-rename.ts'

interface Written<Value> {
  value: Value
}

interface Named {
  tags: Written<TagRules>[]
  channel: Written<ChannelRule>[]
  pool: Written<PoolRule>[]
  sop: Written<SopRule>[]
  send: Written<SendRule>[]
  /** A book that an earlier release stored has none. */
  ladder: Written<LadderRule>[] | undefined
}

/** Every `was` of these rules; what is around something is renamed before what is inside it. */
export function renamesIn({ tags, channel, pool, sop, send, ladder }: Named): RuleRename[] {
  const groups = tags.flatMap((draft) => draft.value.tags)
  return [
    ...groups.flatMap(({ group, was }) => renamed({ kind: 'tag-group' }, was, group)),
    ...groups.flatMap(({ group, names }) =>
      names.flatMap((one) =>
        typeof one === 'string' ? [] : renamed({ kind: 'tag', within: group }, one.was, one.name),
      ),
    ),
    ...channel.flatMap(({ value }) => renamed({ kind: 'channel' }, value.was, value.channel)),
    ...pool.flatMap(({ value }) => renamed({ kind: 'pool' }, value.was, value.pool)),
    ...sop.flatMap(({ value }) => renamed({ kind: 'sop' }, value.was, value.sop)),
    ...send.flatMap(({ value }) => renamed({ kind: 'send' }, value.was, value.send)),
    ...(ladder ?? []).flatMap(({ value }) => renamed({ kind: 'ladder' }, value.was, value.ladder)),
    ...(ladder ?? []).flatMap(({ value }) =>
      value.levels.flatMap((level) => renamed({ kind: 'level', within: value.ladder }, level.was, level.level)),
    ),
  ]
}

type What = RuleRename extends infer One ? (One extends RuleRename ? Omit<One, 'from' | 'to'> : never) : never

const renamed = (what: What, from: string | undefined, to: string): RuleRename[] =>
  from === undefined ? [] : [{ ...what, from, to } as RuleRename]

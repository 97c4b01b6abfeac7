import { shownName } from '../../core/kernel/shown-name.ts'

export interface Names {
  /** For {客户昵称}; undefined while WeCom has not told it. */
  customer: string | undefined
  /** For {导购名}. */
  guide: string | undefined
}

const PLACE = /\{(客户昵称|导购名)\}/
const PAUSE = '[，,、：:；;！!~～\\s]'
const END = '[，,、：:；;。．.！!？?~～\\n]'
/** A clause that only introduces the missing name: 「我是{导购名}，」. */
const INTRODUCTION = new RegExp(`(^|${END})[^\\S\\n]*(?:我是|我叫|这里是|我的名字是)\\{导购名\\}(${END}|$)`, 'g')
const FULL_STOP = /[。．.！!？?~～\n]/
/** A name that opens a line, with the pause after it: 「{客户昵称}，您好」. */
const OPENING = new RegExp(`(^|\\n)[ \\t]*(?:亲爱的|Hi|hi|嗨)?[ \\t]*\\{(?:客户昵称|导购名)\\}[ \\t]*${PAUSE}*`, 'g')

/** Puts names into {客户昵称} and {导购名}. A name that is not known is left out together with what leans on it, so that
 *  「{客户昵称}，您好，我是{导购名}。」 reads 「您好。」. A name is never searched for places itself. */
export function fillNames(template: string, names: Names): string {
  const values: Record<string, string | undefined> = { 客户昵称: known(names.customer), 导购名: known(names.guide) }
  return leaveOut(template, values).replace(new RegExp(PLACE, 'g'), (_place, name: string) => values[name] ?? '')
}

const known = (name: string | undefined): string | undefined => {
  const shown = name === undefined ? '' : shownName(name)
  return shown === '' ? undefined : shown
}

function leaveOut(template: string, values: Record<string, string | undefined>): string {
  let text = template
  if (values.导购名 === undefined) {
    text = text.replace(INTRODUCTION, (_all, before: string, after: string) =>
      before !== '' && before !== '\n' && FULL_STOP.test(after) ? after : before,
    )
  }
  text = text.replace(OPENING, (opening, before: string) => {
    const [, name = ''] = PLACE.exec(opening) ?? []
    return values[name] === undefined ? before : opening
  })
  return text
}

/** Does the text ask for the customer's name? */
export const asksForCustomer = (template: string): boolean => template.includes('{客户昵称}')

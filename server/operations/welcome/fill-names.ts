import { shownName } from '../../core/kernel/shown-name.ts'

export interface Names {
  /** For {客户昵称}; undefined while WeCom has not told it. */
  customer: string | undefined
  /** For {导购名}. */
  guide: string | undefined
  /** For {退订链接}; undefined: there is none, and the lines with it go. */
  optOut?: string | undefined
  /** For {链接:名字}, by the name. */
  links?: ReadonlyMap<string, string>
}

const PLACE = /\{(客户昵称|导购名|退订链接|链接:[^{}\n]{1,16})\}/
const LINKS = /\{链接:([^{}\n]{1,16})\}/g
const PAUSE = '[，,、：:；;！!~～\\s]'
const END = '[，,、：:；;。．.！!？?~～\\n]'
/** A clause that only introduces the missing name: 「我是{导购名}，」. */
const INTRODUCTION = new RegExp(`(^|${END})[^\\S\\n]*(?:我是|我叫|这里是|我的名字是)\\{导购名\\}(${END}|$)`, 'g')
const FULL_STOP = /[。．.！!？?~～\n]/
/** A name that opens a line, with the pause after it: 「{客户昵称}，您好」. */
const OPENING = new RegExp(`(^|\\n)[ \\t]*(?:亲爱的|Hi|hi|嗨)?[ \\t]*\\{(?:客户昵称|导购名)\\}[ \\t]*${PAUSE}*`, 'g')

/** A line that says nothing but such a name: it goes as a whole. */
const WHOLE_LINE =
  /^[ \t]*(?:我是|我叫|这里是|我的名字是|亲爱的|Hi|hi|嗨)?[ \t]*\{(客户昵称|导购名)\}[，,、：:；;。．.！!？?~～ \t]*$/

/** Puts names into {客户昵称} and {导购名}. A name that is not known is left out together with what leans on it, so that
 *  「{客户昵称}，您好，我是{导购名}。」 reads 「您好。」. A name is never searched for places itself. */
export function fillNames(template: string, names: Names): string {
  const values: Record<string, string | undefined> = {
    客户昵称: known(names.customer),
    导购名: known(names.guide),
    退订链接: names.optOut,
    ...Object.fromEntries([...(names.links ?? [])].map(([name, url]) => [`链接:${name}`, url])),
  }
  return leaveOut(template, values).replace(new RegExp(PLACE, 'g'), (_place, name: string) => values[name] ?? '')
}

const known = (name: string | undefined): string | undefined => {
  const shown = name === undefined ? '' : shownName(name)
  return shown === '' ? undefined : shown
}

function leaveOut(template: string, values: Record<string, string | undefined>): string {
  let text = withoutLines(template, (name) => values[name] === undefined)
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

/** Nothing stays of such a line, nor two empty lines where it stood between them. As in the pane: sidebar/src/text/fill-in.ts. */
function withoutLines(text: string, isUnknown: (name: string) => boolean): string {
  const kept: string[] = []
  let isBehind = false
  for (const line of text.split('\n')) {
    const [, name] = WHOLE_LINE.exec(line) ?? []
    const isOfNoLink = line.includes(OPT_OUT) && isUnknown('退订链接')
    if (isOfNoLink || (name !== undefined && isUnknown(name))) isBehind = true
    else if (!isBehind || line.trim() !== '' || (kept.at(-1) ?? '').trim() !== '') {
      kept.push(line)
      isBehind = false
    }
  }
  return kept.join('\n')
}

const OPT_OUT = '{退订链接}'

/** Does the text ask for the customer's own link? */
export const asksForLink = (template: string): boolean => template.includes(OPT_OUT)

/** The tracked links that a text asks for, each once. */
export const linksAskedFor = (template: string): string[] => [
  ...new Set([...template.matchAll(LINKS)].map(([, name = '']) => name)),
]

/** Puts addresses that are the same for all into a text for many; a name without one goes. */
export const fillLinksForMany = (template: string, urlOf: (name: string) => string | undefined): string =>
  template.replace(LINKS, (_place, name: string) => urlOf(name) ?? '')

/** Does the text ask for the customer's name? */
export const asksForCustomer = (template: string): boolean => template.includes('{客户昵称}')

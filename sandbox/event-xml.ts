/** Element name and value: text goes out as CDATA, numbers bare, lists of text as Items, other lists as elements. */
export type EventFields = readonly (readonly [name: string, value: EventValue])[]
type EventValue = string | number | readonly string[] | EventFields

const cdata = (value: string): string => `<![CDATA[${value}]]>`

function element(name: string, value: EventValue): string {
  if (typeof value === 'number') return `<${name}>${value}</${name}>`
  if (typeof value === 'string') return `<${name}>${cdata(value)}</${name}>`
  const inner = value.map((item) => (typeof item === 'string' ? element('Item', item) : element(...item)))
  return `<${name}>${inner.join('')}</${name}>`
}

/** Plaintext of one event, elements in the order of the platform's samples. A field FromUserName takes the place of `sys`:
 *  what a member does comes from the member; an empty one says that it comes from nobody. Source: docs 92130, 90240, 94670. */
export function eventXml(corpId: string, createTimeSec: number, event: string, fields: EventFields): string {
  const from = fields.find(([name]) => name === 'FromUserName')?.[1] ?? 'sys'
  const head: EventFields = [
    ['ToUserName', corpId],
    ...(from === '' ? [] : [['FromUserName', from] as const]),
    ['CreateTime', createTimeSec],
    ['MsgType', 'event'],
    ['Event', event],
  ]
  const rest = fields.filter(([name]) => name !== 'FromUserName')
  return `<xml>${[...head, ...rest].map((field) => element(...field)).join('')}</xml>`
}

/** Element name and value: text goes out as CDATA, numbers bare, lists as Items. */
export type EventFields = readonly (readonly [name: string, value: string | number | readonly string[]])[]

const cdata = (value: string): string => `<![CDATA[${value}]]>`

function element(name: string, value: string | number | readonly string[]): string {
  if (typeof value === 'number') return `<${name}>${value}</${name}>`
  if (typeof value === 'string') return `<${name}>${cdata(value)}</${name}>`
  return `<${name}>${value.map((item) => `<Item>${cdata(item)}</Item>`).join('')}</${name}>`
}

/** Plaintext of one event, elements in the order of the platform's samples. Source: docs 92130. */
export function eventXml(corpId: string, createTimeSec: number, event: string, fields: EventFields): string {
  const head: EventFields = [
    ['ToUserName', corpId],
    ['FromUserName', 'sys'],
    ['CreateTime', createTimeSec],
    ['MsgType', 'event'],
    ['Event', event],
  ]
  return `<xml>${[...head, ...fields].map(([name, value]) => element(name, value)).join('')}</xml>`
}

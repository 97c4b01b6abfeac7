import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { AppError } from '../../../core/kernel/app-error.ts'

/** Text, a list, or an element with elements inside. Numbers stay text: MsgId has 64 bits. */
export type Field = string | Field[] | { [name: string]: Field }
export type Fields = Record<string, Field>

const badBody = (what: string): AppError => new AppError('callback.bad-body', what, { status: 400 })

const CDATA_START = '<![CDATA['
const CDATA_END = ']]>'
const UNSAFE_NAMES = new Set(['__proto__', 'constructor', 'prototype'])
const MOST_DEEP = 8

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  // The five entities of XML itself: a document that could declare others is refused before it gets here.
  processEntities: true,
  htmlEntities: false,
})

/** Elements below the root `<xml>`. Element order, layout and CDATA make no difference; `<Item>`s become a list. DOCTYPE,
 *  entity declarations and comments are refused before parsing. Throws callback.bad-body. */
export function parseXml(xml: string): Fields {
  return parseFlatXml(xml) ?? parseAny(xml)
}

const OPENING = /\s*<xml>\s*/y
/** One element that holds text without entities, or one CDATA section. */
const ELEMENT = /<([A-Za-z_]\w*)>(?:<!\[CDATA\[([^\]]*(?:\](?!\]>)[^\]]*)*)\]\]>|([^<&]*))<\/\1>\s*/y
const CLOSING = /<\/xml>\s*$/y

/** Reads a plain list of texts, which most callbacks are, in a thirtieth of the time a full parser takes; in time linear
 *  in the length, whoever wrote it. Undefined: not of that form. */
export function parseFlatXml(xml: string): Fields | undefined {
  OPENING.lastIndex = 0
  if (!OPENING.test(xml)) return undefined
  const fields: Fields = {}
  let at = OPENING.lastIndex
  for (;;) {
    ELEMENT.lastIndex = at
    const match = ELEMENT.exec(xml)
    if (match === null) break
    const [, name = '', section, text = ''] = match
    if (UNSAFE_NAMES.has(name) || Object.hasOwn(fields, name)) return undefined
    fields[name] = section ?? text.trim()
    at = ELEMENT.lastIndex
  }
  CLOSING.lastIndex = at
  return CLOSING.test(xml) ? fields : undefined
}

function parseAny(xml: string): Fields {
  if (hasDeclaration(xml)) throw badBody('declarations and comments are not allowed')
  if (XMLValidator.validate(xml) !== true) throw badBody('the XML is malformed')
  const document = parseStrictly(xml)
  const root = document.xml
  if (root === undefined || Object.keys(document).length > 1) throw badBody('the root element is not <xml>')
  const fields = tidy(root, 0)
  if (typeof fields === 'string') return {}
  if (Array.isArray(fields)) throw badBody('the root element is a list')
  return fields
}

function parseStrictly(xml: string): Record<string, unknown> {
  try {
    return parser.parse(xml)
  } catch {
    // The parser's own complaint quotes the document.
    throw badBody('the XML is malformed')
  }
}

/** True for `<!…` outside CDATA. */
function hasDeclaration(xml: string): boolean {
  let at = xml.indexOf('<!')
  while (at !== -1) {
    if (!xml.startsWith(CDATA_START, at)) return true
    const end = xml.indexOf(CDATA_END, at)
    if (end === -1) throw badBody('the XML is malformed')
    at = xml.indexOf('<!', end)
  }
  return false
}

function tidy(value: unknown, depth: number): Field {
  if (typeof value !== 'object' || value === null) return String(value ?? '')
  if (depth > MOST_DEEP) throw badBody('elements are nested too deep')
  if (Array.isArray(value)) return value.map((item) => tidy(item, depth + 1))
  // Text beside elements is layout.
  const entries = Object.entries(value).filter(([name]) => name !== '#text')
  if (entries.some(([name]) => UNSAFE_NAMES.has(name))) throw badBody('an element has an unsafe name')
  const [first] = entries
  if (entries.length === 1 && first?.[0] === 'Item' && depth > 0) {
    const items = tidy(first[1], depth + 1)
    return Array.isArray(items) ? items : [items]
  }
  return Object.fromEntries(entries.map(([name, inner]) => [name, tidy(inner, depth + 1)]))
}

import type { SeededRandom } from '../../sandbox/random.ts'
import { eventSamples, sampleXml } from '../../server/testing/event-samples.ts'
import { applyEdits, drawEdit } from './edit-text.ts'

/* Texts here are bytes, one character each (latin1), since what is sent may be no UTF-8. */

export const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

const SAMPLES = eventSamples.map((name) => bytesOf(sampleXml(name)))
const ELEMENTS = SAMPLES.flatMap((xml) => [...xml.matchAll(/^\t<(\w+)>[\s\S]*?<\/\1>$/gm)].map(([element]) => element))
const NAMES = [...new Set(ELEMENTS.map((element) => /<(\w+)>/.exec(element)?.[1] ?? 'A'))]

/** What has a meaning to a reader of XML, of UTF-8 or of numbers. */
export const XML_WORDS: readonly string[] = [
  ']]>',
  '<![CDATA[',
  '<![CDATA[]]>',
  '<Item>',
  '</Item>',
  '<Item/>',
  '<xml>',
  '</xml>',
  '<xml/>',
  '&amp;',
  '&lt;',
  '&#0;',
  '&#x1F600;',
  '&#55296;',
  '&nope;',
  '<!--',
  '-->',
  '<!DOCTYPE a>',
  '<!ENTITY a "b">',
  '<?xml version="1.0"?>',
  '<?',
  '?>',
  '<__proto__><a>1</a></__proto__>',
  '<constructor>1</constructor>',
  '<prototype/>',
  '<toString>1</toString>',
  '<hasOwnProperty>1</hasOwnProperty>',
  '<a b="c" b="d">',
  '<n:a xmlns:n="x">1</n:a>',
  '<A.B-C>1</A.B-C>',
  '\0',
  '\u0001',
  '\r\n',
  '\t',
  '"',
  "'",
  '-1',
  '1e309',
  '99999999999999999999',
  '0x1F',
  ...['\uFEFF', '\u200B', '\u2028', '😀', '👩‍👩‍👧', '王小满', '\u202E', 'é', '１２'].map(bytesOf),
  '\xED\xA0\x80',
  '\xFF\xFE',
  '\xC0\x80',
  '\xE5\xBC',
]

function oddValue(random: SeededRandom): string {
  const size = random.pick([0, 1, 8, 64, 65, 128, 129, 1_000])
  switch (random.int(6)) {
    case 0:
      return random.pick(XML_WORDS)
    case 1:
      return `<![CDATA[${random.pick(XML_WORDS)}]]>`
    case 2:
      return random.text(size)
    case 3:
      return bytesOf('王'.repeat(size))
    case 4:
      return String(random.int(2_000_000_000))
    default:
      return ''
  }
}

function oddElement(random: SeededRandom, depth = 0): string {
  const name = random.int(4) === 0 ? random.pick(['Item', 'xml', 'A', '_', 'a1']) : random.pick(NAMES)
  const inner =
    depth < 12 && random.int(3) === 0
      ? Array.from({ length: random.int(4) }, () => oddElement(random, depth + 1)).join('')
      : oddValue(random)
  return `<${name}>${inner}</${name}>`
}

const deep = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth)

/** A decrypted callback that WeCom does not document: a documented one spoilt, one put together anew, or anything. */
export function oddPlaintext(random: SeededRandom): string {
  let text = random.pick(SAMPLES)
  switch (random.int(10)) {
    case 0:
      text = `<xml>${Array.from({ length: random.int(8) }, () => oddElement(random)).join('')}</xml>`
      break
    case 1: {
      const some = Array.from({ length: 1 + random.int(12) }, () => random.pick(ELEMENTS))
      text = `<xml>${some.join(random.pick(['', '\n', ' ']))}</xml>`
      break
    }
    case 2: {
      const name = random.pick(NAMES)
      text = text.replace(new RegExp(`<${name}>[\\s\\S]*?</${name}>`), () => `<${name}>${oddValue(random)}</${name}>`)
      break
    }
    case 3:
      text = text.replace('</xml>', () => `${oddElement(random)}</xml>`)
      break
    case 4:
      text =
        random.int(20) === 0 ? `<xml>${deep(random.pick([8, 9, 50, 500, 5_000]))}</xml>` : random.text(random.int(200))
      break
    default: {
      const edits = 1 + random.int(4)
      for (let n = 0; n < edits; n++) text = applyEdits(text, [drawEdit(random, text, XML_WORDS)])
    }
  }
  return text
}

/** A documented event with one to three of its values odd, missing, or those of another event. */
export function oddEvent(random: SeededRandom): string {
  let text = random.pick(SAMPLES)
  const changes = 1 + random.int(3)
  for (let n = 0; n < changes; n++) {
    const elements = [...text.matchAll(/^\t<(\w+)>[\s\S]*?<\/\1>$/gm)]
    if (elements.length === 0) return text
    const [element, name = ''] = random.pick(elements)
    // Its kind stays what it is, most of the time.
    if (/^(Event|ChangeType|MsgType)$/.test(name) && random.int(10) > 0) continue
    const other = random.pick(ELEMENTS)
    const put =
      random.int(3) === 0 ? '' : random.int(3) === 0 ? `\t${other.trim()}` : `\t<${name}>${oddValue(random)}</${name}>`
    text = text.replace(element, () => put)
  }
  return text
}

/** Puts a mark into the text that survives in whatever is kept of it: as an element of its own where there is a root. */
export function marked(text: string, mark: string): string {
  const at = text.lastIndexOf('</xml>')
  const element = `<Mark>${mark}</Mark>`
  return at < 0 ? text + element : text.slice(0, at) + element + text.slice(at)
}

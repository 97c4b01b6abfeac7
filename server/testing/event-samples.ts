import { readdirSync, readFileSync } from 'node:fs'

const FOLDER = new URL('../platform/wecom/testing/events/', import.meta.url)

/** Names of all samples of WeCom's events, without `.xml`. */
export const eventSamples: string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.xml'))
  .map((file) => file.replace(/\.xml$/, ''))
  .sort()

/** One decrypted event, as documented. */
export const sampleXml = (name: string): string => readFileSync(new URL(`${name}.xml`, FOLDER), 'utf8')

/** The same fields in the opposite order, each on one line, without CDATA where the text allows it. */
export function inAnotherOrder(xml: string): string {
  const elements = [...xml.matchAll(/^\t<(\w+)>[\s\S]*?<\/\1>$/gm)].map(([element]) => element)
  const bare = elements.reverse().map((element) => element.replaceAll(/<!\[CDATA\[([^<&\]]*)\]\]>/g, '$1'))
  return `<xml>${bare.map((element) => element.replaceAll(/>\s+</g, '><').trim()).join('')}</xml>`
}

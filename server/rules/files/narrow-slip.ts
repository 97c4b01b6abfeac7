/** What a Chinese keyboard, a chat or a document makes of a hyphen. */
const DASHES = /[‐‑‒–—―−～〜~]/u

const narrowed = (char: string): string => (DASHES.test(char) ? '-' : char.normalize('NFKC'))

/** The first letter of a value that is not the one that is meant, where it looks like it: `21:30–09:00`, `９5`; `text`: with
 *  all such letters as they are meant. */
export function narrowSlip(value: string): { text: string; says: string } | undefined {
  const letters = [...value]
  const nth = letters.findIndex((char) => narrowed(char) !== char)
  const char = letters[nth]
  if (char === undefined) return undefined
  const text = letters.map(narrowed).join('')
  return { text, says: `第 ${nth + 1} 个字「${char}」换成「${narrowed(char)}」：${text}` }
}

/** The first sign as people see it: 👨‍👩‍👧‍👦 is one, and so is a letter with its accent. A client without Intl.Segmenter sees the first
 *  character. */
export function firstGrapheme(text: string): string {
  if (!('Segmenter' in Intl)) return Array.from(text)[0] ?? ''
  const [first] = new Intl.Segmenter('zh', { granularity: 'grapheme' }).segment(text)
  return first?.segment ?? ''
}

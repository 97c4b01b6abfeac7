const segmenter = new Intl.Segmenter('zh', { granularity: 'grapheme' })

/** The longest beginning of `text` that fits into `maxBytes` of UTF-8 (WeCom counts bytes), cut between characters as
 *  people see them, so that no emoji breaks; an ellipsis shows that something is missing. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  const room = maxBytes - Buffer.byteLength('…')
  let kept = ''
  let used = 0
  for (const { segment } of segmenter.segment(text)) {
    used += Buffer.byteLength(segment)
    if (used > room) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}

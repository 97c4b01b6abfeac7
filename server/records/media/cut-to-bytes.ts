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

/** All of `text` in pieces that each fit into `maxBytes` of UTF-8: parted between lines, and a line that does not fit between
 *  characters as people see them. */
export function splitToBytes(text: string, maxBytes: number): string[] {
  const pieces: string[] = []
  for (const line of text.split('\n')) {
    const [first = '', ...more] = chop(line, maxBytes)
    const last = pieces.at(-1)
    if (last !== undefined && Buffer.byteLength(`${last}\n${first}`) <= maxBytes)
      pieces.splice(-1, 1, `${last}\n${first}`)
    else pieces.push(first)
    pieces.push(...more)
  }
  return pieces
}

function chop(line: string, maxBytes: number): string[] {
  if (Buffer.byteLength(line) <= maxBytes) return [line]
  const pieces = ['']
  let used = 0
  for (const { segment } of segmenter.segment(line)) {
    const bytes = Buffer.byteLength(segment)
    if (used + bytes > maxBytes) pieces.push('')
    used = used + bytes > maxBytes ? bytes : used + bytes
    pieces.push(`${pieces.pop() ?? ''}${segment}`)
  }
  return pieces
}

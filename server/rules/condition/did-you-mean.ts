/** Edits (insert, delete, replace, swap of neighbours) between two words, by code point. */
function distance(a: string, b: string): number {
  const left = Array.from(a)
  const right = Array.from(b)
  let before: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, j) => j)
  for (let i = 1; i <= left.length; i++) {
    const row = [i]
    for (let j = 1; j <= right.length; j++) {
      const swapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = last
    last = row
  }
  return last[right.length] ?? 0
}

const MAX_WORD = 60

/** The candidate that somebody who wrote `word` most probably meant; undefined when none is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const written = word.trim().toLowerCase()
  if (written === '' || written.length > MAX_WORD) return undefined
  let best: { candidate: string; edits: number } | undefined
  for (const candidate of candidates) {
    const wanted = candidate.toLowerCase()
    const related = written.length > 1 && (wanted.includes(written) || written.includes(wanted))
    const allowed = Math.max(1, Math.floor(Math.max(written.length, wanted.length) / 3))
    const edits = distance(written, wanted)
    if (edits > allowed && !related) continue
    const score = related ? Math.min(edits, allowed) : edits
    if (best === undefined || score < best.edits) best = { candidate, edits: score }
  }
  return best?.candidate
}

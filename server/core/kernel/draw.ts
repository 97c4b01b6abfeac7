import { createHash } from 'node:crypto'

/** Where `subject` stands between 0 (included) and 1 (not included) in a draw of this name: the same for ever, even over
 *  many subjects, and without relation to any other draw. First 48 bits of a SHA-256. */
export function drawPoint(draw: string, subject: string): number {
  return createHash('sha256').update(`${draw}\n${subject}`).digest().readUIntBE(0, 6) / 2 ** 48
}

/** Index of the one that `subject` draws among these weights. */
export function drawn(draw: string, subject: string, weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let rest = drawPoint(draw, subject) * total
  for (const [index, weight] of weights.entries()) {
    rest -= weight
    if (rest < 0) return index
  }
  return weights.length - 1
}

/** By how many milliseconds our clock is ahead of the one that wrote the Date of an answer (behind: negative), as far as that
 *  is certain. The Date (`dateMs`) is cut to the second, and was written somewhere in the `ms` between our asking and our
 *  hearing at `heardAtMs` by our clock. */
export function clockAheadMs({ dateMs, heardAtMs, ms }: { dateMs: number; heardAtMs: number; ms: number }): number {
  const ahead = heardAtMs - ms / 2 - (dateMs + 500)
  return Math.sign(ahead) * Math.max(0, Math.abs(ahead) - ms / 2)
}

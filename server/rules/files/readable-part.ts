import type { Path } from './yaml-rules.ts'

/** What is left of a document when all that has the wrong shape is taken away. */
export interface ReadablePart {
  /** Of the right shape but for bounds and patterns of what stands in. */
  value: unknown
  /** Places where something was taken away, or is missing, with keys as written. What must be there has a stand-in of its
   *  type in `value`. */
  leftOut: Path[]
  /** Misspelt keys, read as what was probably meant: so they are called in `value`. */
  renamed: { at: Path; written: string; meant: string }[]
  /** Parts that stand where they cannot stand: `tag` beside `welcome` in one step. `at`: around them. */
  strays: { at: Path; part: Record<string, unknown> }[]
}

/** Was something at `path`, below it or around it taken away? */
export const isLeftOutOf = (leftOut: readonly Path[], path: Path): boolean =>
  leftOut.some((one) => {
    const [short, long] = one.length < path.length ? [one, path] : [path, one]
    return short.every((step, index) => step === long[index])
  })

/** Is `path` a place where something was taken away, or inside one? */
export const isInsideLeftOut = (leftOut: readonly Path[], path: Path): boolean =>
  leftOut.some((one) => one.length <= path.length && one.every((step, index) => step === path[index]))

/** `path` of the readable value as it stands in the file. */
export function asWritten(renamed: ReadablePart['renamed'], path: Path): Path {
  const written: (string | number)[] = []
  for (const step of path) {
    const same = renamed.find(
      ({ at, meant }) =>
        meant === step && at.length === written.length && at.every((one, index) => one === written[index]),
    )
    written.push(same?.written ?? step)
  }
  return written
}

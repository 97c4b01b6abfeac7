import type { SeededRandom } from '../../sandbox/random.ts'

/** How one case ended. `ended`: a few words, counted; `wrong`: what should not have happened, absent when all is well. */
export interface Verdict {
  ended: string
  wrong?: string
}

/** A target while it is played on. Inputs are plain JSON, so that they can be kept and shortened. */
export interface Bench<Input> {
  make(random: SeededRandom): Input
  /** One verdict for each input, in their order. Inputs of one call may be played side by side. */
  play(inputs: readonly Input[]): Promise<Verdict[]>
  /** Smaller inputs that may fail in the same way, the smallest first. */
  shorten(input: Input): Iterable<Input>
  /** Figures for the report besides the counts. */
  figures?(): string[]
  close(): Promise<void>
}

/** One kind of odd input. */
export interface Target<Input = unknown> {
  name: string
  /** What is played and what must not happen, one line. */
  says: string
  /** Cases of the full run; `brief`: of the run among the tests, some seconds. */
  count: number
  brief: number
  /** Inputs that are played in one call. */
  batch: number
  open(): Promise<Bench<Input>>
}

/** Lists of targets do not care what each one plays. */
export const defineTarget = <Input>(target: Target<Input>): Target => target as unknown as Target

/** What a command prints and its exit code. 0: good. 1: the answer is no, there is something to mend, or it could not be
 *  read. 2: the line or a setting is wrong, and nothing was done. */
export interface Outcome {
  code: 0 | 1 | 2
  out: string
  err: string
}

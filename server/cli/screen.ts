/** Where the command writes; a terminal gets a bar that moves, a log gets a line now and then. */
export interface Screen {
  out(line: string): void
  err(line: string): void
  /** Overwrites the last bar; undefined where the screen is no terminal. */
  bar: ((text: string) => void) | undefined
}

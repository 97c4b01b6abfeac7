/** The other side gave no whole answer. `code` is that of the system or of the HTTP client, ETIMEDOUT when the time was over, TOO_LARGE for
 *  an answer longer than allowed. */
export class OutgoingFault extends Error {
  readonly code: string
  /** False only where surely nothing was sent. */
  readonly mayHaveHappened: boolean

  constructor(code: string, { mayHaveHappened }: { mayHaveHappened: boolean }) {
    super(`no answer: ${code}`)
    this.name = 'OutgoingFault'
    this.code = code
    this.mayHaveHappened = mayHaveHappened
  }

  /** The connection broke: one that was kept alive may have been closed by the other side just as it was used. */
  get brokeOff(): boolean {
    return this.code === 'UND_ERR_SOCKET' || this.code === 'ECONNRESET' || this.code === 'EPIPE'
  }
}

/** The platform says no: HTTP 200 with an errcode. */
export class Refusal extends Error {
  readonly errcode: number
  constructor(errcode: number, text: string) {
    super(text)
    this.errcode = errcode
  }
}

export function refuse(errcode: number, text = 'invalid request'): never {
  throw new Refusal(errcode, text)
}

/** Someone at the desk asked for the impossible; the text is shown on the page (Chinese). */
export class DeskError extends Error {}

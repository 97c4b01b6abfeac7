/** MySQL refuses a row because its key is known, and undoes that statement alone. */
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof Error && 'errno' in error && error.errno === 1062

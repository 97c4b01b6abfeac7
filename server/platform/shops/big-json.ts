/** Strings are passed over; whole numbers beyond 2^53 come out as texts with all their digits. */
const PIECES = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g

/** JSON in which order numbers are bare numbers of 19 digits, which JSON.parse would round. Throws SyntaxError. */
export const parseBigJson = (text: string): unknown =>
  JSON.parse(
    text.replace(PIECES, (piece) =>
      piece.startsWith('"') || Number.isSafeInteger(Number(piece)) ? piece : `"${piece}"`,
    ),
  )

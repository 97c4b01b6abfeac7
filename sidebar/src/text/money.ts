/** `¥1,280.00` from fen; whole yuan without the zeros: `¥1,280`. */
export function yuan(fen: number): string {
  const sign = fen < 0 ? '-' : ''
  const whole = Math.floor(Math.abs(fen) / 100)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
  const rest = Math.abs(fen) % 100
  return `${sign}¥${whole}${rest === 0 ? '' : `.${String(rest).padStart(2, '0')}`}`
}

/** `138`, `138.5`, `￥1,280.00` → fen; undefined for what is no amount of yuan. */
export function fenOf(text: string): number | undefined {
  const match = /^[￥¥]?(\d{1,7})(?:\.(\d{1,2}))?元?$/.exec(text.normalize('NFKC').replaceAll(/[\s,]/g, ''))
  if (match === null) return undefined
  const [, yuanPart, cents = ''] = match
  return Number(yuanPart) * 100 + Number(cents.padEnd(2, '0'))
}

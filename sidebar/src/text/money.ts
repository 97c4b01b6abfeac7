/** `¥1,280.00` from fen; whole yuan without the zeros: `¥1,280`. */
export function yuan(fen: number): string {
  const sign = fen < 0 ? '-' : ''
  const whole = Math.floor(Math.abs(fen) / 100)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
  const rest = Math.abs(fen) % 100
  return `${sign}¥${whole}${rest === 0 ? '' : `.${String(rest).padStart(2, '0')}`}`
}

import type { Arm } from './drawn-evidence.ts'

/** 97.5 % of the standard normal distribution. */
const Z = 1.959963984540054

/** Wilson's 95 % interval for one share; from 0 to 1 when there is nobody. At one look, not over many. */
export function wilson({ people, goals }: Arm): { low: number; high: number } {
  if (people === 0) return { low: 0, high: 1 }
  const share = goals / people
  const spread = Z ** 2 / people
  const middle = (share + spread / 2) / (1 + spread)
  const reach = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / people + spread / (4 * people))
  return { low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) }
}

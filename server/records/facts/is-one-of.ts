/** Equal to one of these, to the last blank: MySQL takes 'VIP ' for 'VIP'. */
export function isOneOf(columns: readonly string[], names: readonly string[]): { where: string; params: string[] } {
  const tests = columns.flatMap((column) => names.map((name) => ({ column, name })))
  return {
    where: `(${tests.map(({ column }) => `(${column} = ? AND LENGTH(${column}) = LENGTH(?))`).join(' OR ')})`,
    params: tests.flatMap(({ name }) => [name, name]),
  }
}

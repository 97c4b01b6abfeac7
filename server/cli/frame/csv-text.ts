/** Rows as CSV that Excel opens as it is: with BOM, CRLF, every cell quoted; a cell that would be a formula is none. */
export function csvText(header: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cell = (value: string | number | null): string => {
    const text = String(value ?? '')
    // A number may begin with a minus; a text that does could be a formula.
    const isFormula = typeof value === 'string' && /^[=+\-@\t\r]/.test(text)
    return `"${isFormula ? "'" : ''}${text.replaceAll('"', '""')}"`
  }
  return `\uFEFF${[header, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}`
}

/** `sidebar.remark`: what the audit calls a change, by the route that made it: its own word, else the last one of its path. */
export function changeName({ url, change }: { url: string | undefined; change?: string | undefined }): string {
  const last = (url ?? '').split('/').findLast((word) => word !== '' && !word.startsWith(':'))
  return `sidebar.${change ?? last ?? ''}`
}

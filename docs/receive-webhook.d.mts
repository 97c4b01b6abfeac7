export function isFromHuoshui(request: {
  headers: Record<string, string | string[] | undefined>
  body: Buffer | string
  keys: string[]
  nowMs?: number
}): boolean

const MOST_NAMED = 5

/** Asked only to hear whether WeCom still refuses us, or is back. */
export const ASK_AGAIN_PATH = '/cgi-bin/getcallbackip'

/** Endpoints, as a Chinese sentence names them. */
export function namePaths(paths: readonly string[]): string {
  const ours = paths.filter((path) => path !== ASK_AGAIN_PATH)
  const named = (ours.length === 0 ? paths : ours).slice(0, MOST_NAMED).join('、')
  return ours.length > MOST_NAMED ? `${named} 等 ${ours.length} 个接口` : named
}

/// <reference types="vite/client" />

interface Window {
  /** What index.html asked before the script was there, by path below the API. */
  huoshuiBegun?: Partial<Record<string, Promise<Response>>>
  /** index.html has sent a stranger to log in already. */
  huoshuiLeaving?: boolean
}

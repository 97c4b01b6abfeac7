/// <reference types="vite/client" />

interface Window {
  /** What the server tells with the page; nothing while developing. See server/sidebar-api/told-page.ts. */
  huoshuiTold?: {
    /** By path and query below the API. */
    answers: Record<string, unknown>
    /** Where a stranger logs in. */
    login?: string
  }
}

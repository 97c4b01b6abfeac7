import type { Boot } from '../../../server/sidebar-api/contract.ts'

const PLACE = 'huoshui:boot'

/** What the server told of the platform last time. No secret is in it, and the server's word of now is what counts. */
export function recallBoot(storage: Storage | undefined): Boot | undefined {
  try {
    return (JSON.parse(storage?.getItem(PLACE) ?? 'null') as Boot | null) ?? undefined // we are the only writer
  } catch {
    return undefined
  }
}

export function rememberBoot(storage: Storage | undefined, boot: Boot): void {
  try {
    storage?.setItem(PLACE, JSON.stringify(boot))
  } catch {
    // The next opening is a little slower.
  }
}

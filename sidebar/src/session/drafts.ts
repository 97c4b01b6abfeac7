/** What a guide has begun to write about customers, until it is saved: it outlives a closed sheet, another chat and a page
 *  that is loaded anew, and ends with the window. `name`: what it is of (`remark`, `script:<id>`). */
export interface Drafts {
  get(externalUserId: string, name: string): string | undefined
  set(externalUserId: string, name: string, text: string): void
  delete(externalUserId: string, name: string): void
}

/** A draft is some words; more than so many are nobody's work of today. */
const MOST = 50

/** `owner`: the guide. A full or forbidden store only forgets with the page. */
export function createDrafts(owner: string, storage: Storage | undefined): Drafts {
  const place = `huoshui:drafts:${owner}`
  const keyOf = (externalUserId: string, name: string): string => `${externalUserId} ${name}`
  const drafts = new Map<string, string>(load())

  function load(): [string, string][] {
    try {
      return JSON.parse(storage?.getItem(place) ?? '[]') as [string, string][] // we are the only writer of this name
    } catch {
      return []
    }
  }

  function save(): void {
    for (const oldest of drafts.keys()) if (drafts.size > MOST) drafts.delete(oldest)
    try {
      storage?.setItem(place, JSON.stringify([...drafts]))
    } catch {
      storage?.removeItem(place)
    }
  }

  return {
    get: (externalUserId, name) => drafts.get(keyOf(externalUserId, name)),
    set: (externalUserId, name, text) => {
      drafts.delete(keyOf(externalUserId, name))
      drafts.set(keyOf(externalUserId, name), text)
      save()
    },
    delete: (externalUserId, name) => {
      if (drafts.delete(keyOf(externalUserId, name))) save()
    },
  }
}

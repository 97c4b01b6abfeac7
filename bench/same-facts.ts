import type { Profile } from '../server/sidebar-api/contract.ts'

/** What the limit program answers. */
export interface HandWritten {
  people: { name: string; userid: string; guide: string; welcome: string | null }[]
  tags: { path: string }[]
  orders: { id: number; status: string; total_fen: number; name: string; quantity: number }[]
  groups: { name: string; due_at: number | null }[]
}

/** What the profile and the hand-written SQL say differently about one customer; undefined when they agree. */
export function disagreement(profile: Profile, by: HandWritten, guide: string): string | undefined {
  const own = by.people.find((row) => row.userid === guide)
  const paid = new Map(by.orders.filter((row) => row.status === 'paid').map((row) => [row.id, row.total_fen]))
  const facts: Record<string, [unknown, unknown]> = {
    name: [profile.name, own?.name],
    tags: [profile.tags.map((tag) => tag.name).sort(), by.tags.map((tag) => tag.path).sort()],
    otherGuides: [profile.otherGuides, by.people.filter((row) => row.userid !== guide).map((row) => row.guide)],
    groups: [profile.groups.map((group) => group.name), names(by, (row) => row.due_at === null)],
    journeys: [profile.journeys.length, names(by, (row) => row.due_at !== null).length],
    paidCount: [profile.orders.paidCount, paid.size],
    paidSumFen: [profile.orders.paidSumFen, [...paid.values()].reduce((sum, fen) => sum + Number(fen), 0)],
    welcome: [profile.welcome?.state ?? null, own?.welcome ?? null],
  }
  const wrong = Object.entries(facts).find(([, [a, b]]) => JSON.stringify(a) !== JSON.stringify(b))
  return wrong === undefined ? undefined : `${wrong[0]} ${JSON.stringify(wrong[1])}`
}

const names = (by: HandWritten, which: (row: HandWritten['groups'][number]) => boolean): string[] =>
  by.groups.filter(which).map((row) => row.name)

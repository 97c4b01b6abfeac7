/** What the administrator knows of a member beyond the name; new apps do not get to read it. */
export interface Profile {
  mobile?: string
  email?: string
  bizMail?: string
  alias?: string
  gender?: number
  address?: string
  telephone?: string
  /** 1 active, 2 disabled, 4 not activated. */
  status: 1 | 2 | 4
  leaders: string[]
  /** Departments in which the member is a leader. */
  leads: number[]
  mainDepartment?: number
  extattr?: unknown
  externalPosition?: string
  externalProfile?: unknown
  /** Outside the visible range (可见范围) of the app. */
  isOutOfRange?: boolean
  /** A userid can be changed once. */
  wasRenamed?: true
}
/** 通讯录标签: of members, not of customers. */
export interface MemberTag {
  id: number
  name: string
  users: Set<string>
  parties: Set<number>
}
/** 批量导入: an import of members or departments from a CSV file. */
export interface ImportJob {
  jobId: string
  type: 'sync_user' | 'replace_user' | 'replace_party'
  isDone: boolean
  rows: Record<string, unknown>[]
}

export interface Directory {
  profiles: Map<string, Profile>
  tags: Map<number, MemberTag>
  /** Oldest first; only the last five are kept. */
  jobs: ImportJob[]
  /** Tickets of members who agreed to show their profile at login. */
  tickets: Map<string, { userId: string; untilMs: number }>
}

export const createDirectory = (): Directory => ({
  profiles: new Map(),
  tags: new Map(),
  jobs: [],
  tickets: new Map(),
})

export function profileOf(directory: Directory, userId: string): Profile {
  return directory.profiles.get(userId) ?? { status: 1, leaders: [], leads: [] }
}

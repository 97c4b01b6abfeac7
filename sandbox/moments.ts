import type { Attachment } from './attachment.ts'

/** A comment or a like under a moment; `externalUserId` xor `userId`. */
export interface MomentReply {
  /** Whose publication it stands under. */
  publisher: string
  kind: 'comment' | 'like'
  userId?: string
  externalUserId?: string
  atMs: number
}
/** 客户朋友圈: of the corp (each sender publishes it by a tap) or of one guide. */
export interface Moment {
  momentId: string
  creator: string
  /** 0 of the corp, 1 of a guide. */
  createType: 0 | 1
  createdAtMs: number
  text?: string
  attachments: Attachment[]
  /** Customers with any of these see it; empty: all. */
  tagIds: string[]
  cancelled: boolean
  /** By sender: what became of it. */
  tasks: Map<string, MomentTask>
  replies: MomentReply[]
}
export interface MomentTask {
  userId: string
  publishedAtMs?: number
  /** Could see it, and did. */
  visibleTo: string[]
  shownTo: string[]
}
export interface MomentJob {
  jobId: string
  createdAtMs: number
  /** Undefined when nobody can publish it. */
  momentId?: string
  invalidUsers: string[]
  invalidDepartments: number[]
  invalidTags: string[]
}

export interface Moments {
  byId: Map<string, Moment>
  jobs: Map<string, MomentJob>
  /** What members will publish by themselves. */
  toCome: { moment: Moment; userId: string; atMs: number }[]
  /** Company moments seen: customer → month → count. */
  seen: Map<string, { month: string; count: number }>
}

export const createMoments = (): Moments => ({ byId: new Map(), jobs: new Map(), toCome: [], seen: new Map() })

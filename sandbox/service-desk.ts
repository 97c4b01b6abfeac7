/** 0 untouched, 1 assistant, 2 queue, 3 servicer, 4 ended. */
export type ServiceState = 0 | 1 | 2 | 3 | 4

export interface ServiceMessage {
  msgid: string
  openKfId: string
  externalUserId: string
  /** 3 customer, 4 system event, 5 servicer. */
  origin: 3 | 4 | 5
  atMs: number
  /** text, image, event. */
  msgtype: string
  text?: string
  servicerUserId?: string
}

/** One customer at one account. */
export interface ServiceChat {
  state: ServiceState
  lastSaidAtMs: number
  /** Messages to them since they last said something. */
  answers: number
}

export interface ServiceAccount {
  openKfId: string
  name: string
  /** Not granted to our app: 48007. */
  isGranted: boolean
  messages: ServiceMessage[]
  /** By customer. */
  chats: Map<string, ServiceChat>
  /** What the API sent, by own msgid. */
  sent: Map<string, { externalUserId: string; text: string }>
}

/** Accounts of the customer service (微信客服) and what is said to them. */
export interface ServiceDesk {
  accounts: Map<string, ServiceAccount>
  /** 0: open to our app; 95011, 95012, 95017: why not. */
  closedBy: 0 | 95011 | 95012 | 95017
  /** Of callbacks. */
  tokens: Map<string, { openKfId: string; expiresAtMs: number }>
  /** Instants of reads without a token. */
  tokenless: number[]
  /** So many reads without a token a minute; the documents only call it harsh. */
  tokenlessPerMinute: number
  /** Messages a page at most, whatever was asked for: pages may be short. */
  pageRows: number
}

export const createServiceDesk = (): ServiceDesk => ({
  accounts: new Map(),
  closedBy: 0,
  tokens: new Map(),
  tokenless: [],
  tokenlessPerMinute: 3,
  pageRows: 1_000,
})

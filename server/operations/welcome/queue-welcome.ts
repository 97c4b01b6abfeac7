import { createHash } from 'node:crypto'
import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { MESSAGE_TEXT_BYTES } from '../../core/kernel/wecom-limits.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Attachment } from '../../platform/wecom/api/attachment.ts'
import type { FirstAdd } from '../../records/customers/first-add.ts'
import type { Links } from '../../records/links/links.ts'
import { cutToBytes } from '../../records/media/cut-to-bytes.ts'
import type { Media } from '../../records/media/media.ts'
import type { OptOut } from '../../records/opt-out/opt-out.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { type ChosenWelcome, chooseWelcome } from './choose-welcome.ts'
import { asksForLink, fillNames, linksAskedFor } from './fill-names.ts'
import { SendWelcome } from './send-welcome.ts'
import { welcomeStore } from './welcome-store.ts'
import type { WelcomeWanted } from './welcome-wanted.ts'

/** Docs 92137: a code lives 20 s and works once; text of at most 4,000 bytes. */
export const CODE_LIFE_MS = 20 * SECOND_MS

export interface QueueWelcomeDeps {
  outbox: Pick<Outbox, 'enqueue'>
  rules: Pick<RuleBookHolder, 'current'>
  media: Pick<Media, 'attachments'>
  privacy: AskConsent
  optOut: Pick<OptOut, 'linkFor'>
  links: Pick<Links, 'urlsFor'>
}

/** What a welcome says to this customer. */
interface Composed {
  /** Undefined: nothing. */
  text: string | undefined
  attachments: Attachment[]
  /** What is not ready, in Chinese. */
  leftOut: string[]
}

/** Makes a chosen welcome into a message that waits to be sent. */
export function createQueueWelcome({ outbox, rules, media, privacy, optOut, links }: QueueWelcomeDeps) {
  async function compose(
    tx: Tx,
    { content }: ChosenWelcome,
    { externalUserId, customer, guide }: Pick<FirstAdd, 'externalUserId' | 'customer' | 'guide'>,
  ): Promise<Composed> {
    const { text = '' } = content
    const link = asksForLink(text) ? await optOut.linkFor(tx, externalUserId) : undefined
    const urls = await links.urlsFor(tx, externalUserId, linksAskedFor(text))
    const filled = cutToBytes(fillNames(text, { customer, guide, optOut: link, links: urls }), MESSAGE_TEXT_BYTES)
    const { ready, missing } = await media.attachments(tx, content.attachments ?? [])
    return { text: filled.trim() === '' ? undefined : filled, attachments: ready, leftOut: missing }
  }

  async function put(
    tx: Tx,
    wanted: WelcomeWanted & { welcomeCode: string; isFirst: boolean },
    chosen: ChosenWelcome,
    { text, attachments, leftOut }: Composed,
  ): Promise<void> {
    const { externalUserId, userId, addedAtMs, welcomeCode, receivedAtMs, isFirst } = wanted
    await outbox.enqueue(tx, SendWelcome, {
      key: `welcome:${userId}:${externalUserId}:${hashOf(welcomeCode)}`,
      payload: {
        externalUserId,
        userId,
        addedAtMs,
        welcome: chosen.rule.name,
        welcomeCode,
        ...(text === undefined ? {} : { text }),
        attachments,
        leftOut,
        receivedAtMs,
        isFirst,
      },
      reason: reasonOf(wanted, chosen.why, chosen),
      externalUserId,
      userId,
      expiresAtMs: wanted.codeAtMs + CODE_LIFE_MS,
    })
  }

  return {
    compose,
    put,
    /** The welcome of a pair never heard of before, by a code of ours, with no question that can wait. What else is to be
     *  said about it, and why there is none, is said when the add is told whole. */
    first: async (
      tx: Tx,
      add: FirstAdd,
      code: { value: string; receivedAtMs: number; eventId: number },
    ): Promise<void> => {
      const { externalUserId, userId, channel, atMs } = add
      if ((await privacy.consents.refusedAmong(tx, 'marketing', [externalUserId])).size > 0) return
      const chosen = chooseWelcome(rules.current(), { channel, atMs })
      if (chosen === undefined) return
      const composed = await compose(tx, chosen, add)
      const { text, attachments, leftOut } = composed
      if (text === undefined && attachments.length === 0) return
      const { receivedAtMs, eventId, value: welcomeCode } = code
      const friendship = { externalUserId, userId, addedAtMs: atMs }
      const wanted = { ...friendship, channel, welcomeCode, codeAtMs: atMs, receivedAtMs, eventId }
      const sending = { hash: hashOf(welcomeCode), receivedAtMs, reason: chosen.why, ...ruleOf(chosen), leftOut }
      if (await welcomeStore.begin(tx, friendship, sending))
        await put(tx, { ...wanted, isFirst: true }, chosen, composed)
    },
  }
}

/** The code itself is a credential; rows and keys carry what tells it from others. */
export const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex').slice(0, 24)

export const ruleOf = ({ rule }: ChosenWelcome) => ({ rule: rule.name, version: rule.version })

export const reasonOf = (
  { channel, eventId }: Pick<WelcomeWanted, 'channel' | 'eventId'>,
  text: string,
  chosen: ChosenWelcome | undefined,
): Reason => ({
  text,
  ...(chosen === undefined ? {} : { rule: { kind: 'welcome', name: chosen.rule.name, version: chosen.rule.version } }),
  facts: { channel },
  eventId,
})

import { createHash } from 'node:crypto'
import QRCode from 'qrcode'
import type { Desk } from '../desk.ts'
import type { ChatMessage } from '../world.ts'

const KEPT = 1_000
const QR_PATH = /\/_sandbox\/qr\/([0-9a-f]{32})/
/** Each line against the one above, which in a code is mostly the same: to try all five filters on each took four times as long.
 *  The drawer keeps its own notes in it, so each picture gets a new one. */
const drawing = () => ({ filterType: 2, deflateLevel: 6, deflateStrategy: 3 })
const hashOf = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex')

export type QrCodes = ReturnType<typeof createQrCodes>

/** Pictures of contact ways and join ways, and the way back from a picture to its way. */
export function createQrCodes(desk: Desk) {
  const pictures = new Map<string, Buffer>()
  const configByHash = new Map<string, string>()
  const hashByMedia = new Map<string, string>()

  const mediaHash = (mediaId: string): string | undefined => {
    const held = hashByMedia.get(mediaId)
    if (held !== undefined) return held
    const media = desk.world.media.get(mediaId)
    if (!media) return undefined
    const hash = hashOf(media.bytes)
    hashByMedia.set(mediaId, hash)
    return hash
  }

  return {
    png: async (configId: string): Promise<Buffer> => {
      const held = pictures.get(configId)
      if (held) return held
      const picture = await QRCode.toBuffer(`${desk.url()}/?scan=${configId}`, {
        width: 480,
        margin: 1,
        rendererOpts: drawing(),
      })
      if (pictures.size >= KEPT) pictures.clear()
      pictures.set(configId, picture)
      configByHash.set(hashOf(picture), configId)
      return picture
    },
    /** The way that a message shows: by a QR address in it, or by an uploaded copy of the picture. */
    shownIn: (message: ChatMessage): string | undefined => {
      const content = `${message.text ?? ''} ${message.attachment ? JSON.stringify(message.attachment) : ''}`
      const byAddress = QR_PATH.exec(content)?.[1]
      if (byAddress !== undefined) return byAddress
      const permanent = /\/_sandbox\/media\/(\w+)/.exec(content)?.[1]
      const temporary = /"media_id":"(\w+)"/.exec(content)?.[1]
      const hash = mediaHash(permanent ?? temporary ?? '')
      return hash === undefined ? undefined : configByHash.get(hash)
    },
  }
}

export interface PictureSize {
  width: number
  height: number
}

const PNG_HEAD = Buffer.from('89504e470d0a1a0a', 'hex')
/** Start of frame: C0–CF but for C4 (tables), C8 (reserved) and CC (arithmetic conditioning). ITU-T T.81, table B.1. */
const isStartOfFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

/** Width and height in pixels of a PNG or JPEG by its first bytes; undefined when it is neither or is cut off. */
export function pictureSize(bytes: Uint8Array): PictureSize | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length >= 24 && view.subarray(0, 8).equals(PNG_HEAD)) {
    return { width: view.readUInt32BE(16), height: view.readUInt32BE(20) }
  }
  if (view.length < 4 || view[0] !== 0xff || view[1] !== 0xd8) return undefined
  let at = 2
  while (at + 9 <= view.length && view[at] === 0xff) {
    const marker = view[at + 1] ?? 0
    if (marker === 0xff) at += 1
    else if (isStartOfFrame(marker)) return { height: view.readUInt16BE(at + 5), width: view.readUInt16BE(at + 7) }
    else at += 2 + view.readUInt16BE(at + 2)
  }
  return undefined
}

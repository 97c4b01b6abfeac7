import { expect, it } from 'vitest'
import { pictureSize } from './picture-size.ts'

const png = Buffer.from('89504e470d0a1a0a0000000d49484452000005a000000438', 'hex')
/** SOI, APP0 of 16 bytes, a filling byte, then SOF2 of 1,080 lines by 1,440 columns. */
const jpeg = Buffer.from(`ffd8ffe00010${'00'.repeat(14)}ffffc20011080438 05a003`.replaceAll(' ', ''), 'hex')

it('reads the size of a PNG and of a JPEG from their heads', () => {
  expect(pictureSize(png)).toEqual({ width: 1440, height: 1080 })
  expect(pictureSize(jpeg)).toEqual({ width: 1440, height: 1080 })
  expect(pictureSize(new Uint8Array(jpeg))).toEqual({ width: 1440, height: 1080 })
})

it.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('not a picture, whatever its name says')],
  ['a PNG that is cut off', png.subarray(0, 20)],
  ['a JPEG that is cut off', jpeg.subarray(0, 24)],
  ['a JPEG without a frame', Buffer.from('ffd8ffe000020000', 'hex')],
])('does not know the size of %s', (_, bytes) => {
  expect(pictureSize(bytes)).toBeUndefined()
})

import { expect, it } from 'vitest'
import { readUpload } from './multipart.ts'

const body = (head: string, bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`--B\r\ncontent-disposition: form-data; name="note"\r\n\r\nhi\r\n--B\r\n${head}\r\n\r\n`),
    bytes,
    Buffer.from('\r\n--B--\r\n'),
  ])

it('finds the file among the parts, bytes untouched', () => {
  const bytes = Buffer.from([0, 13, 10, 45, 45, 255])
  const head =
    'Content-Disposition: form-data; name="media"; filename="牛排.png"; filelength=6\r\nContent-Type: image/png'
  expect(readUpload(body(head, bytes), 'multipart/form-data; boundary=B')).toEqual({
    name: 'media',
    filename: '牛排.png',
    contentType: 'image/png',
    bytes,
  })
})

it('finds nothing in anything else', () => {
  expect(readUpload(Buffer.from('{}'), 'application/json')).toBeUndefined()
  expect(readUpload(Buffer.from('--B\r\nbroken'), 'multipart/form-data; boundary=B')).toBeUndefined()
  expect(
    readUpload(body('Content-Disposition: form-data; name="a"', Buffer.from('x')), 'multipart/form-data; boundary="B"'),
  ).toBeUndefined()
})

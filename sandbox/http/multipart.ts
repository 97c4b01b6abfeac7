export interface UploadedPart {
  name: string
  filename: string
  contentType: string
  bytes: Buffer
}

/** First file part of a multipart/form-data body (RFC 7578); undefined when there is none. */
export function readUpload(body: Buffer, contentType: string): UploadedPart | undefined {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  if (!boundary) return undefined
  const mark = Buffer.from(`--${boundary[1] ?? boundary[2] ?? ''}`)
  let at = body.indexOf(mark)
  while (at >= 0) {
    const headEnd = body.indexOf('\r\n\r\n', at)
    if (headEnd < 0) return undefined
    const next = body.indexOf(mark, headEnd)
    if (next < 0) return undefined
    const head = body.subarray(at + mark.length, headEnd).toString('utf8')
    const filename = /filename="([^"]*)"/i.exec(head)?.[1]
    if (filename !== undefined) {
      return {
        name: /[;\s]name="([^"]*)"/i.exec(head)?.[1] ?? '',
        filename,
        contentType: /content-type:\s*([^\r\n]+)/i.exec(head)?.[1]?.trim() ?? 'application/octet-stream',
        bytes: Buffer.from(body.subarray(headEnd + 4, next - 2)),
      }
    }
    at = next
  }
  return undefined
}

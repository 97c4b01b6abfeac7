import Type from 'typebox'

/** Text of at most `most` UTF-8 bytes (4,000 bytes are about 1,333 Chinese characters). `name`: Chinese, for people. */
export const Bytes = (most: number, name: string) =>
  Type.Refine(
    Type.String(),
    (value) => Buffer.byteLength(value) <= most,
    (value) => `「${name}」有 ${Buffer.byteLength(value)} 字节，最多 ${most} 字节（一个汉字 3 字节）`,
  )

/** Text of at most `most` characters (Unicode code points). `name`: Chinese, for people. */
export const Characters = (most: number, name: string) =>
  Type.Refine(
    Type.String(),
    (value) => [...value].length <= most,
    (value) => `「${name}」有 ${[...value].length} 个字，最多 ${most} 个字`,
  )

/** An object in which not all of `fields` may be missing or empty. `name`: Chinese, for people. */
export const notAllEmpty = (fields: readonly string[], value: object): boolean =>
  Object.entries(value).some(
    ([name, field]) => fields.includes(name) && field !== undefined && !(Array.isArray(field) && field.length === 0),
  )

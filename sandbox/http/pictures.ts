const COLOURS = [
  '#E8927C',
  '#7FA99B',
  '#C9A66B',
  '#6C8EBF',
  '#B58DB6',
  '#8DA05B',
  '#D08C9A',
  '#5F9EA0',
  '#C58F5C',
  '#7D8CC4',
]

function hash(text: string): number {
  let h = 7
  for (const char of text) h = (Math.imul(h, 31) + (char.codePointAt(0) ?? 0)) >>> 0
  return h
}
const escapeXml = (text: string): string => text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`)

/** A square portrait: the first character of the name on a colour of its own. */
export function avatarSvg(id: string, name: string): string {
  const colour = COLOURS[hash(id) % COLOURS.length]
  const [first = '客'] = [...name]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" rx="12" fill="${colour}"/><circle cx="76" cy="18" r="34" fill="#fff" opacity=".12"/><text x="48" y="50" fill="#fff" font-family="PingFang SC,Noto Sans CJK SC,Microsoft YaHei,sans-serif" font-size="42" text-anchor="middle" dominant-baseline="central">${escapeXml(first.toUpperCase())}</text></svg>`
}

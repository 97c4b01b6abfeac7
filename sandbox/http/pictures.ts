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
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" rx="12" fill="${colour}"/><text x="48" y="50" fill="#fff" font-family="PingFang SC,Noto Sans CJK SC,Microsoft YaHei,sans-serif" font-size="42" text-anchor="middle" dominant-baseline="central">${escapeXml(first.toUpperCase())}</text></svg>`
}

const MEAT: Record<string, [meat: string, fat: string]> = {
  西冷: ['#B4483C', '#F6E3D4'],
  菲力: ['#9E3A36', '#E7C3B2'],
  眼肉: ['#C2584A', '#FBEDE0'],
  儿童牛排: ['#D9846B', '#FDF1E4'],
  新人: ['#C96B4F', '#FBE6D2'],
  礼盒: ['#8C3B33', '#EBCDBB'],
}

/** A little drawing of a cut of beef, one colouring for each category. */
export function dishSvg(category: string): string {
  const [meat, fat] = MEAT[category] ?? ['#B4483C', '#F6E3D4']
  const rib = category === '眼肉' ? `<circle cx="52" cy="46" r="9" fill="${fat}" opacity=".85"/>` : ''
  const box =
    category === '礼盒' || category === '新人'
      ? '<rect x="14" y="66" width="68" height="16" rx="4" fill="#D8B98A"/><rect x="44" y="66" width="8" height="16" fill="#B8925B"/>'
      : ''
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><path d="M18 46c0-18 17-28 35-26 19 2 29 14 27 30-2 15-12 24-27 24-9 0-12-6-19-9-8-3-16-7-16-19z" fill="${fat}"/><path d="M25 46c0-13 13-20 27-18 15 1 22 11 21 22-2 11-9 17-20 17-8 0-11-6-17-8-6-3-11-5-11-13z" fill="${meat}"/>${rib}<path d="M34 42c5-5 11-3 15-6M47 56c6 1 9-4 15-4M58 38c4 1 7 4 8 8" stroke="${fat}" stroke-width="2.6" fill="none" stroke-linecap="round" opacity=".8"/>${box}</svg>`
}

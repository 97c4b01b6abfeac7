import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { isHeldBack, type Release, type ReleaseWhat } from '../../rules/release/release.ts'

const WHAT_ZH: Record<ReleaseWhat, string> = {
  published: '发布',
  canary: '灰度',
  promoted: '转为全量',
  stopped: '自动停止灰度',
  'rolled-back': '退回',
  released: '重新放开',
  halted: '停止',
  disabled: '停用（enabled: false）',
  removed: '规则里没有了',
  returned: '规则里又有了',
}

const SOURCE_ZH: Record<Release['bySource'], string> = {
  deploy: '部署',
  git: 'git 作者',
  'file-owner': '文件所有者',
  command: '命令行',
  'guard-rail': '护栏',
  unknown: '不知道是谁',
}

export function releaseLine(release: Release): string {
  const { what, version, atMs, by, bySource, rollout, note } = release
  const who = by === undefined ? SOURCE_ZH[bySource] : `${by}（${SOURCE_ZH[bySource]}）`
  const percent = what === 'canary' ? ` ${rollout?.percent ?? 0}%` : ''
  const why = note === undefined ? '' : `：${note}`
  return `${shanghaiText(atMs)}  ${WHAT_ZH[what]}${percent}  ${version}  ${who}${why}`
}

/** What new entrants get now, one line. */
export function standingText(release: Release): string {
  const { stable, canary, fileVersion, rollout, sop, what } = release
  const stop = `npm run -s sop -- stop ${sop}`
  if (what === 'removed') return `现在：没有人进，规则里已经没有这条 SOP；里面的人按原来的版本走完，要他们退出：${stop}`
  if (what === 'disabled') return `现在：没有人进，文件里写了 enabled: false；里面的人走完，要他们退出：${stop}`
  if (what === 'halted') return `现在：没有人进，已停止，里面的人退出；重新放出去：npm run -s sop -- release ${sop}`
  const share = `${rollout?.percent ?? 0}% 的新客户进 ${canary ?? ''}`
  if (canary !== undefined) return `现在：${share}，${stable === undefined ? '其余的不进' : `其余的进 ${stable}`}`
  if (!isHeldBack(release)) return `现在：新客户都进 ${stable ?? ''}`
  const why = what === 'stopped' ? '灰度被护栏停止了' : '已手动退回'
  const now = stable === undefined ? '现在没有人进' : `现在新客户都进 ${stable}`
  return `${now}；文件里是 ${fileVersion}，没有放出去（${why}）。改文件会发布新版本；原样放出去：npm run -s sop -- release ${sop}`
}

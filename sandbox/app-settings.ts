/** A button of the app's menu; with `sub_button` it opens a list and has no type of its own. */
export interface MenuButton {
  name: string
  type?: string
  key?: string
  url?: string
  appid?: string
  pagepath?: string
  sub_button?: MenuButton[]
}
/** The app in the admin console (应用管理). */
export interface AppSettings {
  name: string
  description: string
  logoMediaId?: string
  closed: boolean
  /** Visible range (可见范围). */
  users: string[]
  departments: number[]
  /** Trusted domain (可信域名); undefined: the host that callbacks go to. */
  redirectDomain: string | undefined
  homeUrl: string
  reportLocation: number
  reportEnter: number
  menu?: MenuButton[]
}

export const createAppSettings = (): AppSettings => ({
  name: '活水',
  description: '',
  closed: false,
  users: [],
  departments: [1],
  redirectDomain: undefined,
  homeUrl: '',
  reportLocation: 0,
  reportEnter: 0,
})

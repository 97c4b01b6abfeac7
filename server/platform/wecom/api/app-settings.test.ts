import { afterEach, beforeEach, expect, it } from 'vitest'
import { type OpenSandbox, openSandbox } from '../testing/open-sandbox.ts'

let t: OpenSandbox
beforeEach(async () => {
  t = await openSandbox()
})
afterEach(() => t.close())

it('tells who sees the app and which domain it trusts, and changes only what is given', async () => {
  const { agentId } = t.sandbox.credentials
  t.sandbox.connect('http://127.0.0.1:3000')
  expect(await t.wecom.appSettings.get()).toMatchObject({
    agentid: agentId,
    close: 0,
    allow_partys: { partyid: [1] },
    redirect_domain: '127.0.0.1:3000',
  })
  await t.wecom.appSettings.set({ name: '导购助手', redirect_domain: 'crm.example.com:8443' })
  expect(await t.wecom.appSettings.get()).toMatchObject({
    name: '导购助手',
    description: '',
    redirect_domain: 'crm.example.com:8443',
  })
  expect((await t.wecom.appSettings.list()).agentlist).toMatchObject([{ agentid: agentId, name: '导购助手' }])
})

it('sets, reads and takes away the menu of the app', async () => {
  const menu = [
    { name: '今日待办', type: 'view', url: 'https://crm.example.com/sidebar/' },
    { name: '更多', sub_button: [{ name: '我的客户', type: 'click', key: 'customers' }] },
  ]
  await t.wecom.appSettings.createMenu(menu.slice(0, 1))
  await t.wecom.appSettings.createMenu(menu)
  expect((await t.wecom.appSettings.menu()).button).toEqual(menu)
  await t.wecom.appSettings.deleteMenu()
  await expect(t.wecom.appSettings.menu()).rejects.toMatchObject({ errcode: 46003 })
})

it('knows the addresses of the platform', async () => {
  expect((await t.wecom.appSettings.apiIps()).ip_list).toContain('127.0.0.1')
  expect((await t.wecom.appSettings.callbackIps()).ip_list).toContain('127.0.0.0/8')
})

it('refuses, in Chinese and before the call, names and menus that are too long', async () => {
  const { appSettings } = t.wecom
  await expect(appSettings.set({ name: '长'.repeat(33) })).rejects.toMatchObject({
    zh: '「应用名称」有 33 个字，最多 32 个字',
  })
  await expect(appSettings.set({ description: '短' })).rejects.toMatchObject({ zh: '「应用介绍」至少 4 个字' })
  await expect(appSettings.createMenu([{ name: '六个汉字太长', type: 'click', key: 'k' }])).rejects.toMatchObject({
    zh: '「菜单名称」有 18 字节，最多 16 字节（一个汉字 3 字节）',
  })
  expect(t.sandbox.calls('agent/set')).toEqual([])
})

it('tells what WeCom refuses: a menu entry that leads nowhere', async () => {
  await expect(t.wecom.appSettings.createMenu([{ name: '商城', type: 'view' }])).rejects.toMatchObject({
    errcode: 40020,
  })
})

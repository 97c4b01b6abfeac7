export interface LeftOut {
  path: string
  why: string
}

const because = (why: string, paths: string[]): LeftOut[] => paths.map((path) => ({ path, why }))

/** Documented endpoints that the sandbox does not serve, and why. */
export const leftOut: readonly LeftOut[] = [
  ...because('a page for a browser, not a call: http/authorize.ts serves it', ['/connect/oauth2/authorize']),
  ...because(
    'of customer service (微信客服) only what customers say and how it is answered is served, which is all that we ask of it',
    [
      '/cgi-bin/kf/account/add',
      '/cgi-bin/kf/account/del',
      '/cgi-bin/kf/account/update',
      '/cgi-bin/kf/servicer/add',
      '/cgi-bin/kf/servicer/del',
      '/cgi-bin/kf/servicer/list',
      '/cgi-bin/kf/service_state/get',
      '/cgi-bin/kf/service_state/trans',
      '/cgi-bin/kf/send_msg_on_event',
      '/cgi-bin/kf/customer/batchget',
      '/cgi-bin/kf/customer/get_upgrade_service_config',
      '/cgi-bin/kf/customer/upgrade_service',
      '/cgi-bin/kf/customer/cancel_upgrade_service',
      '/cgi-bin/kf/get_corp_qualification',
      '/cgi-bin/kf/get_corp_statistic',
      '/cgi-bin/kf/get_servicer_statistic',
      '/cgi-bin/kf/knowledge/add_group',
      '/cgi-bin/kf/knowledge/del_group',
      '/cgi-bin/kf/knowledge/mod_group',
      '/cgi-bin/kf/knowledge/list_group',
      '/cgi-bin/kf/knowledge/add_intent',
      '/cgi-bin/kf/knowledge/del_intent',
      '/cgi-bin/kf/knowledge/mod_intent',
      '/cgi-bin/kf/knowledge/list_intent',
    ],
  ),
  ...because('chat archive needs the paid licence and the native library of the platform', [
    '/cgi-bin/msgaudit/get_permit_user_list',
    '/cgi-bin/msgaudit/check_single_agree',
    '/cgi-bin/msgaudit/check_room_agree',
    '/cgi-bin/msgaudit/groupchat/get',
    '/cgi-bin/msgaudit/get_robot_info',
  ]),
  ...because('ids of provider apps (第三方/代开发): a self-built app has no such ids', [
    '/cgi-bin/batch/userid_to_openuserid',
    '/cgi-bin/batch/openuserid_to_userid',
    '/cgi-bin/idconvert/batch/external_userid_to_pending_id',
    '/cgi-bin/externalcontact/get_new_external_userid',
    '/cgi-bin/externalcontact/groupchat/get_new_external_userid',
    '/cgi-bin/externalcontact/to_service_external_userid',
    '/cgi-bin/externalcontact/from_service_external_userid',
    '/cgi-bin/idconvert/external_tagid',
    '/cgi-bin/idconvert/chatid',
    '/cgi-bin/idconvert/convert_tmp_external_userid',
  ]),
]

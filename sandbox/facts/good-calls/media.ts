import { createHash } from 'node:crypto'
import { type GoodCalls, picture } from '../good-call.ts'

const voice = { name: 'a.amr', type: 'audio/amr', bytes: Buffer.from('pretend voice') }

/** Files of the platform and 客户朋友圈. */
export const mediaCalls: GoodCalls = async (t) => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
  const uploaded = await t.upload('media/upload', { type: 'voice' }, voice)
  const { url } = await t.upload('media/uploadimg', {}, picture)
  await t.download('media/get', { media_id: String(uploaded.media_id) })
  await t.download('media/get/jssdk', { media_id: String(uploaded.media_id) })
  const md5 = createHash('md5').update(picture.bytes).digest('hex')
  const fetched = { scene: 1, type: 'file', url, filename: 'a.pdf', md5 }
  const { jobid: upJob } = await t.post('/media/upload_by_url', fetched)
  await t.sandbox.settle()
  await t.post('/media/get_upload_by_url_result', { jobid: upJob })

  const image = await t.upload('media/upload_attachment', { media_type: 'image', attachment_type: '1' }, picture)
  const attachments = [{ msgtype: 'image', image: { media_id: image.media_id } }]
  const body = { text: { content: '上新' }, attachments, visible_range: { sender_list: { user_list: ['zhangsan'] } } }
  const { jobid } = await t.post('add_moment_task', body)
  t.clock.advance(2_000)
  const made = await t.get('externalcontact/get_moment_task_result', { jobid: String(jobid) })
  const { moment_id } = made.result as { moment_id: string } // documented, and read below
  await t.sandbox.confirmMoment({ momentId: moment_id, userId: 'zhangsan' })
  await t.sandbox.commentMoment({ momentId: moment_id, publisher: 'zhangsan' })
  const nowSec = Math.floor(t.clock.now() / 1000)
  await t.post('get_moment_list', { start_time: nowSec - 60, end_time: nowSec })
  await t.post('get_moment_task', { moment_id })
  await t.post('get_moment_customer_list', { moment_id, userid: 'zhangsan' })
  await t.post('get_moment_send_result', { moment_id, userid: 'zhangsan' })
  await t.post('get_moment_comments', { moment_id, userid: 'zhangsan' })
  await t.post('cancel_moment_task', { moment_id })
}

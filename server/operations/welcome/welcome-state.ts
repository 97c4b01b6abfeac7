/** `waiting`: on its way · `sent` · `taken`: another app was first, or they were talking already · `sent-or-taken`: our
 *  call was cut off, so it may have been ours · `late`: 20 s had passed · `failed`: WeCom refused or we had nothing to
 *  send · `none`: WeCom gave no code. */
export type WelcomeState = 'waiting' | 'sent' | 'taken' | 'sent-or-taken' | 'late' | 'failed' | 'none'

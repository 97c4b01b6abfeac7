import { expect, it } from 'vitest'
import { AppError } from '../../core/kernel/app-error.ts'
import { troubleOf } from './trouble.ts'

const withErrcode = (error: Error, errcode: unknown): Error => Object.assign(error, { errcode })

it.each([
  [withErrcode(new AppError('wecom.x', 'm'), 40096), 'wecom.x', 40096],
  [withErrcode(new AppError('wecom.x', 'm'), '40096'), 'wecom.x', undefined],
  [new AppError('tags.x', 'm'), 'tags.x', undefined],
  [withErrcode(new Error('m'), 40096), 'internal', undefined],
  ['m', 'internal', undefined],
])('%s is %s %s', (error, code, errcode) => expect(troubleOf(error)).toMatchObject({ code, errcode }))

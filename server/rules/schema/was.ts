import Type from 'typebox'

/** The name that it had: what is known under that one goes on under the new one. */
export const Was = Type.Optional(Type.String({ minLength: 1, description: '改名时写旧名字，人和记录跟着过来' }))

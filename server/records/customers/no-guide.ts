/** Why nothing is done for a customer whom nobody follows: there is nobody to act. */
export const NO_GUIDE = { code: 'no-guide', zh: '没有在跟进的导购' } as const

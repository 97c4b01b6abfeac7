/** Mainland mobiles in free text, with the middle taken out: 138****1111. What people write into a form does not belong on
 *  screens, into logs and to other systems in clear. */
export const maskPhones = (text: string): string =>
  text.replace(/(?<=^|\D|\+86|\b0086|\b86)(1[3-9]\d)[\s\p{Pd}\p{Cf}]*\d{4}[\s\p{Pd}\p{Cf}]*(\d{4})(?!\d)/gu, '$1****$2')

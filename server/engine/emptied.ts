/** What stands where the content of an event or an action was that is older than its content is kept. */
export const EMPTIED = '{}'

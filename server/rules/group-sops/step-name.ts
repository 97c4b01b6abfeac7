/** How sends, to-dos and tags of a step of a group SOP or a campaign are called. */
export const stepName = (groupSop: string, step: string): string => `${groupSop}·${step}`

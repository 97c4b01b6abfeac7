/** WeCom's error codes that we act on, by name. What all others mean, and whether to try again, says `errorCode`. */
export const ERRCODE = {
  busy: -1,
  /** At gettoken; elsewhere a token that is no longer good. */
  wrongSecret: 40001,
  invalidUserId: 40003,
  invalidToken: 40014,
  wrongAgentId: 40056,
  /** No template of group welcomes, at get. */
  noSuchGroupWelcome: 40058,
  /** Deleted since we listed it; one such tag fails the whole call. */
  noSuchTag: 40068,
  /** Made by somebody else, who alone may change it. */
  notOurTag: 81011,
  /** Not a customer of this corp, or no longer. */
  noSuchCustomer: 40096,
  takerIsFull: 40099,
  isBeingTransferred: 40100,
  transferIsOpen: 40129,
  giverDoesNotFollow: 40131,
  /** Or another app's. */
  noSuchWay: 41044,
  /** None of those whom a mass send is for can be sent to by its sender. */
  nobodyToSendTo: 41048,
  welcomeExpired: 41050,
  /** Or the welcome was sent, by us or by another app. */
  alreadyChatting: 41051,
  /** Never activated, or without a real name. */
  memberInactive: 41054,
  /** A template of group welcomes that another app made, or that is gone. */
  notOurGroupWelcome: 41058,
  isDispatching: 41063,
  /** No rule for words (敏感词) of that id, or it was deleted. */
  noSuchIntercept: 41070,
  interceptGone: 41071,
  alreadyCancelled: 41093,
  welcomeByAnotherApp: 41096,
  tokenExpired: 42001,
  tooManyCalls: 45009,
  tooManyAtOnce: 45033,
  memberNotFound: 46004,
  noRightToApi: 48002,
  groupDismissed: 49008,
  memberOutOfRights: 50002,
  appIsClosed: 50003,
  noSuchDepartment: 60003,
  noRightToSee: 60011,
  untrustedIp: 60020,
  memberOutOfRange: 60021,
  noSuchMember: 60111,
  invalidDepartment: 60123,
  /** None of those whom a message is for is there and in range. */
  noReceiver: 81013,
  /** More than 1,000 members in range: name those that are meant. */
  rangeTooLarge: 81017,
  /** Not friends both ways: the guide deleted the customer, or a half add waits for its guide. */
  noRelation: 84061,
  noRightToCustomers: 84074,
  /** A member whom nobody has given customer contact (客户联系). */
  notServing: 84083,
  ownerHasNotLeft: 90500,
  ownerIsTheSame: 90504,
  groupIsInherited: 90508,
  /** The token of a callback of the customer service is over. */
  serviceTokenExpired: 95007,
  noRightToApp: 301002,
  allUnlicensed: 701008,
} as const

/** A userid that WeCom does not know, in its three ways of saying so. */
export const NO_SUCH_MEMBER: readonly number[] = [ERRCODE.noSuchMember, ERRCODE.memberNotFound, ERRCODE.invalidUserId]
/** Of a member whom the app must not see. */
export const OUT_OF_RANGE: readonly number[] = [
  ERRCODE.noRightToSee,
  ERRCODE.memberOutOfRange,
  ERRCODE.memberOutOfRights,
]

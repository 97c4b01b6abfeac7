import { InboxAndActions1700000000001 } from './0001-inbox-and-actions.ts'
import { WhatWeKnow1700000000002 } from './0002-what-we-know.ts'
import { Orders1700000000003 } from './0003-orders.ts'
import { GroupsRoutingTasks1700000000004 } from './0004-groups-routing-tasks.ts'
import { MediaAndWelcome1700000000005 } from './0005-media-and-welcome.ts'
import { Sop1700000000006 } from './0006-sop.ts'
import { MassSend1700000000007 } from './0007-mass-send.ts'
import { ScriptUse1700000000008 } from './0008-script-use.ts'
import { RuleVersion1700000000009 } from './0009-rule-version.ts'
import { Deployment1700000000010 } from './0010-deployment.ts'
import { SyncRuns1700000000011 } from './0011-sync-runs.ts'
import { FeedbackDays1700000000012 } from './0012-feedback-days.ts'
import { Alerts1700000000013 } from './0013-alerts.ts'
import { Handover1700000000014 } from './0014-handover.ts'
import { LiveProcessesAndStrategyTags1700000000015 } from './0015-live-processes-and-strategy-tags.ts'
import { ContactsProfilesSurveys1700000000016 } from './0016-contacts-profiles-surveys.ts'
import { Tiers1700000000018 } from './0018-tiers.ts'
import { TierProposalsAndScores1700000000019 } from './0019-tier-proposals-and-scores.ts'
import { SopShares1700000000020 } from './0020-sop-shares.ts'
import { SopReleases1700000000021 } from './0021-sop-releases.ts'
import { ReachingPeople1700000000022 } from './0022-reaching-people.ts'
import { SopScans1700000000023 } from './0023-sop-scans.ts'
import { TagsByGuide1700000000024 } from './0024-tags-by-guide.ts'
import { SopRefusals1700000000026 } from './0026-sop-refusals.ts'
import { OwnersOfLeases1700000000027 } from './0027-owners-of-leases.ts'
import { Touches1700000000028 } from './0028-touches.ts'
import { OrdersByShop1700000000029 } from './0029-orders-by-shop.ts'
import { RefundsOfOldOrders1700000000030 } from './0030-refunds-of-old-orders.ts'
import { SidebarSessions1700000000031 } from './0031-sidebar-sessions.ts'
import { ConsentAndErasure1700000000032 } from './0032-consent-and-erasure.ts'
import { StandingOfMembers1700000000034 } from './0034-standing-of-members.ts'
import { Audit1700000000035 } from './0035-audit.ts'
import { OrderLinesAndParcels1700000000044 } from './0044-order-lines-and-parcels.ts'
import { Worth1700000000045 } from './0045-worth.ts'
import { DatabaseReplicas1700000000046 } from './0046-database-replicas.ts'
import { WaitingInvitations1700000000047 } from './0047-waiting-invitations.ts'
import { DatabaseServer1700000000048 } from './0048-database-server.ts'
import { Notes1700000000051 } from './0051-notes.ts'
import { ProfileFields1700000000052 } from './0052-profile-fields.ts'
import { ShopConnections1700000000054 } from './0054-shop-connections.ts'
import { ApprovalOfSends1700000000059 } from './0059-approval-of-sends.ts'
import { EndOfConsent1700000000060 } from './0060-end-of-consent.ts'
import { ToldConsents1700000000062 } from './0062-told-consents.ts'
import { Visits1700000000063 } from './0063-visits.ts'
import { OrderClaims1700000000064 } from './0064-order-claims.ts'
import { OwnScripts1700000000065 } from './0065-own-scripts.ts'
import { ScriptOutcomes1700000000066 } from './0066-script-outcomes.ts'
import { OrderCredit1700000000067 } from './0067-order-credit.ts'
import { SendsToGroups1700000000068 } from './0068-sends-to-groups.ts'
import { OptOutLinks1700000000069 } from './0069-opt-out-links.ts'
import { AgeOfGroupSends1700000000070 } from './0070-age-of-group-sends.ts'
import { NoShownScripts1700000000071 } from './0071-no-shown-scripts.ts'
import { ClocksOfProcesses1700000000075 } from './0075-clocks-of-processes.ts'
import { ProductLabels1700000000083 } from './0083-product-labels.ts'
import { WordsAndScenesOfVisits1700000000088 } from './0088-words-and-scenes-of-visits.ts'
import { OccasionsOfSends1700000000091 } from './0091-occasions-of-sends.ts'
import { GroupWelcomes1700000000092 } from './0092-group-welcomes.ts'
import { Moments1700000000096 } from './0096-moments.ts'
import { TrackedLinks1700000000097 } from './0097-tracked-links.ts'
import { ShownLists1700000000100 } from './0100-shown-lists.ts'
import { LinkedNames1700000000120 } from './0120-linked-names.ts'
import { Duties1700000000125 } from './0125-duties.ts'
import { Intercepts1700000000126 } from './0126-intercepts.ts'
import { PriorityOfSends1700000000130 } from './0130-priority-of-sends.ts'
import { ValueOfTasks1700000000131 } from './0131-value-of-tasks.ts'
import { ShopFiles1700000000144 } from './0144-shop-files.ts'
import { ToldTags1700000000145 } from './0145-told-tags.ts'
import { MissingOrdersOfFiles1700000000146 } from './0146-missing-orders-of-files.ts'
import { OccasionsOfMoments1700000000150 } from './0150-occasions-of-moments.ts'
import { CountedConfirmations1700000000151 } from './0151-counted-confirmations.ts'
import { GroupSteps1700000000154 } from './0154-group-steps.ts'
import { StepsGivenBefore1700000000155 } from './0155-steps-given-before.ts'
import { ShardsOfEvents1700000000160 } from './0160-shards-of-events.ts'
import { ReadsOfHistory1700000000161 } from './0161-reads-of-history.ts'
import { TurnsOfPools1700000000162 } from './0162-turns-of-pools.ts'
import { PlacesOfDuties1700000000166 } from './0166-places-of-duties.ts'
import { NamesOfDraws1700000000167 } from './0167-names-of-draws.ts'
import { ThroughWhatALinkCame1700000000168 } from './0168-through-what-a-link-came.ts'
import { FirstNamesOfJourneys1700000000169 } from './0169-first-names-of-journeys.ts'
import { ShopGrants1700000000170 } from './0170-shop-grants.ts'
import { BearersOfToldTags1700000000171 } from './0171-bearers-of-told-tags.ts'
import { DrawsOfEachSend1700000000178 } from './0178-draws-of-each-send.ts'
import { MembersOfGrants1700000000179 } from './0179-members-of-grants.ts'
import { GroupsOfRfm1700000000181 } from './0181-groups-of-rfm.ts'
import { VersionsOfSends1700000000182 } from './0182-versions-of-sends.ts'
import { StopWords1700000000185 } from './0185-stop-words.ts'
import { SendersOfSends1700000000190 } from './0190-senders-of-sends.ts'
import { OriginOfOrders1700000000194 } from './0194-origin-of-orders.ts'
import { WhoHasATag1700000000197 } from './0197-who-has-a-tag.ts'

/** The one history, for SQLite and MySQL/MariaDB alike. Never edit a migration once it is merged. */
export const migrations = [
  InboxAndActions1700000000001,
  WhatWeKnow1700000000002,
  Orders1700000000003,
  GroupsRoutingTasks1700000000004,
  MediaAndWelcome1700000000005,
  Sop1700000000006,
  MassSend1700000000007,
  ScriptUse1700000000008,
  RuleVersion1700000000009,
  Deployment1700000000010,
  SyncRuns1700000000011,
  FeedbackDays1700000000012,
  Alerts1700000000013,
  Handover1700000000014,
  LiveProcessesAndStrategyTags1700000000015,
  ContactsProfilesSurveys1700000000016,
  Tiers1700000000018,
  TierProposalsAndScores1700000000019,
  SopShares1700000000020,
  SopReleases1700000000021,
  ReachingPeople1700000000022,
  SopScans1700000000023,
  TagsByGuide1700000000024,
  SopRefusals1700000000026,
  OwnersOfLeases1700000000027,
  Touches1700000000028,
  OrdersByShop1700000000029,
  RefundsOfOldOrders1700000000030,
  SidebarSessions1700000000031,
  ConsentAndErasure1700000000032,
  StandingOfMembers1700000000034,
  Audit1700000000035,
  OrderLinesAndParcels1700000000044,
  Worth1700000000045,
  DatabaseReplicas1700000000046,
  WaitingInvitations1700000000047,
  DatabaseServer1700000000048,
  Notes1700000000051,
  ProfileFields1700000000052,
  ShopConnections1700000000054,
  ApprovalOfSends1700000000059,
  EndOfConsent1700000000060,
  ToldConsents1700000000062,
  Visits1700000000063,
  OrderClaims1700000000064,
  OwnScripts1700000000065,
  ScriptOutcomes1700000000066,
  OrderCredit1700000000067,
  SendsToGroups1700000000068,
  OptOutLinks1700000000069,
  AgeOfGroupSends1700000000070,
  NoShownScripts1700000000071,
  ClocksOfProcesses1700000000075,
  ProductLabels1700000000083,
  WordsAndScenesOfVisits1700000000088,
  OccasionsOfSends1700000000091,
  GroupWelcomes1700000000092,
  Moments1700000000096,
  TrackedLinks1700000000097,
  ShownLists1700000000100,
  LinkedNames1700000000120,
  Duties1700000000125,
  Intercepts1700000000126,
  PriorityOfSends1700000000130,
  ValueOfTasks1700000000131,
  ShopFiles1700000000144,
  ToldTags1700000000145,
  MissingOrdersOfFiles1700000000146,
  OccasionsOfMoments1700000000150,
  CountedConfirmations1700000000151,
  GroupSteps1700000000154,
  StepsGivenBefore1700000000155,
  ShardsOfEvents1700000000160,
  ReadsOfHistory1700000000161,
  TurnsOfPools1700000000162,
  PlacesOfDuties1700000000166,
  NamesOfDraws1700000000167,
  ThroughWhatALinkCame1700000000168,
  FirstNamesOfJourneys1700000000169,
  ShopGrants1700000000170,
  BearersOfToldTags1700000000171,
  DrawsOfEachSend1700000000178,
  MembersOfGrants1700000000179,
  GroupsOfRfm1700000000181,
  VersionsOfSends1700000000182,
  StopWords1700000000185,
  SendersOfSends1700000000190,
  OriginOfOrders1700000000194,
  WhoHasATag1700000000197,
]

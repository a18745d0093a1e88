/** What the JSON API answers with: the types of the server itself, so that the two cannot drift apart. */
export type {
  BackendItem,
  DrainItem,
  EntryItem,
  RouteDetail,
  RouteItem,
  RouteList,
  SplitItem,
  Status,
  Threshold,
  TimelinePage,
  WaitItem,
} from '../../src/api/schema.ts'

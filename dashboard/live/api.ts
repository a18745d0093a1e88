/** What the JSON API answers with: the types of the server itself, so that the two cannot drift apart. */
export type {
  BackendItem,
  HappeningItem,
  RouteDetail,
  RouteItem,
  RouteList,
  SplitItem,
  Status,
  TimelinePage,
} from '../../src/api/schema.ts'

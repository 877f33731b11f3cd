export { publish } from "./publish.js";
export { PublishError } from "./errors.js";
export type { LiveStream, LiveStreamTarget } from "./live-stream.js";
export type { Ended, Handling, Progress } from "./messages.js";
export type {
  AdaptationChange,
  EngineName,
  LiveState,
  LiveStreamEvents,
  Negotiated,
  PublishOptions,
  Stats,
  Target,
  VideoCodec,
  WarningCode,
} from "./types.js";

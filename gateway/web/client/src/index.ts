export { publish } from "./publish.js";
export { PublishError } from "./errors.js";
export type { LiveStream, LiveStreamTarget } from "./live-stream.js";
export type { Ended, GatewayWarning, Handling, OutputStatus, Progress } from "./messages.js";
export type {
  AdaptationChange,
  EngineName,
  LiveState,
  LiveStreamEvents,
  Negotiated,
  PublishOptions,
  Resumption,
  Stats,
  Target,
  VideoCodec,
  WarningCode,
} from "./types.js";

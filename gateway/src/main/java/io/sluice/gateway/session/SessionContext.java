package io.sluice.gateway.session;

import io.sluice.gateway.ffmpeg.FfmpegLauncher;
import io.sluice.gateway.ffmpeg.StreamPlanner;

/**
 * What all sessions of a gateway share.
 *
 * @param limits the bounds
 * @param streams the registry
 * @param authorizer who may publish
 * @param outputs where streams go
 * @param planner what is copied and what is transcoded
 * @param ffmpeg starts FFmpeg
 * @param listener hears of every stream
 */
public record SessionContext(
        SessionLimits limits,
        LiveStreams streams,
        Authorizer authorizer,
        Outputs outputs,
        StreamPlanner planner,
        FfmpegLauncher ffmpeg,
        SessionListener listener) {}

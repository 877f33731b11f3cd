package io.sluice.gateway.session;

import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.admission.Admission;
import io.sluice.gateway.ffmpeg.plan.StreamPlanner;
import io.sluice.gateway.ffmpeg.run.FfmpegLauncher;
import io.sluice.gateway.output.Outputs;

/**
 * What all sessions of a gateway share.
 *
 * @param limits the bounds
 * @param admission whether there is room for one more
 * @param streams the registry
 * @param authorizer who may publish
 * @param outputs where streams go
 * @param planner what is copied and what is transcoded
 * @param ffmpeg starts FFmpeg
 * @param listener hears of every stream
 */
public record SessionContext(
        SessionLimits limits,
        Admission admission,
        SessionRegistry streams,
        Authorizer authorizer,
        Outputs outputs,
        StreamPlanner planner,
        FfmpegLauncher ffmpeg,
        SessionListener listener) {}

package io.sluice.gateway.session;

import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.admission.Admission;
import io.sluice.gateway.delivery.DeliveryContext;
import io.sluice.gateway.ffmpeg.plan.StreamPlanner;
import io.sluice.gateway.ffmpeg.run.FfmpegLauncher;
import io.sluice.gateway.media.ReplayMemory;
import io.sluice.gateway.output.Outputs;
import io.sluice.gateway.receivers.Receivers;

/**
 * What all sessions of a gateway share.
 *
 * @param limits the limits of each session
 * @param admission whether there is capacity for another stream
 * @param streams the registry
 * @param authorizer who may publish
 * @param outputs where streams go
 * @param planner decides what is copied and what is transcoded
 * @param ffmpeg starts FFmpeg
 * @param receivers which servers are away
 * @param replayMemory what all streams may keep for outputs that start again
 * @param listener receives the events of every stream
 */
public record SessionContext(
        SessionLimits limits,
        Admission admission,
        SessionRegistry streams,
        Authorizer authorizer,
        Outputs outputs,
        StreamPlanner planner,
        FfmpegLauncher ffmpeg,
        Receivers receivers,
        ReplayMemory replayMemory,
        SessionListener listener) {

    DeliveryContext delivery() {
        return new DeliveryContext(ffmpeg, receivers, outputs);
    }
}

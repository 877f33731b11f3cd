package io.sluice.gateway.session;

import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.admission.Admission.Ticket;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.run.FfmpegStream;
import io.sluice.gateway.session.SessionRegistry.Lease;
import java.time.Duration;

/**
 * A stream whose FFmpeg runs. Its owner shuts FFmpeg down in the end and then releases lease and ticket.
 *
 * @param ticket the place that admission gave
 * @param permit the permission to publish
 * @param lease the exclusive right to the stream key
 * @param plan what FFmpeg does with the stream
 * @param ffmpeg the process
 * @param startup how long the start of FFmpeg took
 */
record RunningStream(
        Ticket ticket, Permit permit, Lease lease, StreamPlan plan, FfmpegStream ffmpeg, Duration startup) {

    PublishRequest request() {
        return permit.request();
    }
}

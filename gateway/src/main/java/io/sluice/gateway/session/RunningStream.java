package io.sluice.gateway.session;

import io.sluice.gateway.delivery.StreamDelivery;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.run.FfmpegStream;
import java.time.Duration;
import java.util.List;

/**
 * The result of a successful start: its owner ends the processes and then releases the reservation.
 *
 * @param reservation what the stream holds
 * @param plan what is done with the stream
 * @param delivery what is delivered where
 * @param ffmpegs the first FFmpeg of each process
 * @param startup how long their start took, the wait for their turn included
 */
record RunningStream(
        Reservation reservation,
        StreamPlan plan,
        StreamDelivery.Stream delivery,
        List<FfmpegStream> ffmpegs,
        Duration startup) {}

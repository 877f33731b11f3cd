package io.sluice.gateway.session;

import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.run.FfmpegStream;
import java.time.Duration;

/**
 * One run of FFmpeg for a stream.
 *
 * @param plan what FFmpeg does with the stream
 * @param ffmpeg the process
 * @param startup how long its start took, the wait for its turn included
 */
record OutputRun(StreamPlan plan, FfmpegStream ffmpeg, Duration startup) {}

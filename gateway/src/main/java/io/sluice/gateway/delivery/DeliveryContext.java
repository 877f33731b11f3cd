package io.sluice.gateway.delivery;

import io.sluice.gateway.ffmpeg.run.FfmpegLauncher;
import io.sluice.gateway.output.Outputs;
import io.sluice.gateway.receivers.Receivers;

/**
 * What the deliveries of all streams share.
 *
 * @param ffmpeg starts FFmpeg
 * @param receivers which servers are away
 * @param outputs where streams go
 */
public record DeliveryContext(FfmpegLauncher ffmpeg, Receivers receivers, Outputs outputs) {}

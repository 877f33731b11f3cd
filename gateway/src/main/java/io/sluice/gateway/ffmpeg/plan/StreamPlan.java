package io.sluice.gateway.ffmpeg.plan;

import io.sluice.gateway.ffmpeg.install.H264Encoder;
import io.sluice.gateway.media.container.MediaDetails;
import io.sluice.gateway.output.Output;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.TrackHandling;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What FFmpeg has to do for one stream. Immutable.
 *
 * @param format the chosen offer
 * @param outputs how each output's tracks are handled; at least one
 * @param encoding how tracks that must be transcoded are encoded
 */
public record StreamPlan(MediaFormat format, List<OutputPlan> outputs, Encoding encoding) {

    /**
     * Copies the list.
     *
     * @param format the chosen offer
     * @param outputs how each output's tracks are handled
     * @param encoding how tracks that must be transcoded are encoded
     * @throws IllegalArgumentException without an output
     */
    public StreamPlan {
        outputs = List.copyOf(outputs);
        if (outputs.isEmpty()) {
            throw new IllegalArgumentException("A plan needs at least one output.");
        }
    }

    /**
     * One output and its tracks.
     *
     * @param output the output
     * @param video how the video track is handled, if there is one; null for an audio-only format
     * @param audio how the audio track is handled, if there is one
     */
    public record OutputPlan(Output output, @Nullable TrackHandling video, TrackHandling audio) {}

    /**
     * Transcoding settings.
     *
     * @param h264 the encoder, or null if all outputs copy video
     * @param frameRate pictures per second that are to be expected; the encoder divides its bits by it, and pictures
     *     keep their own timestamps
     * @param videoBitsPerSecond average and maximum video bit rate
     * @param audioBitsPerSecond average audio bit rate
     * @param source what the header says about the tracks
     * @param mapsTones whether a picture of high dynamic range can be mapped to standard range
     */
    public record Encoding(
            @Nullable H264Encoder h264,
            double frameRate,
            int videoBitsPerSecond,
            int audioBitsPerSecond,
            MediaDetails source,
            boolean mapsTones) {}

    /**
     * How video is handled overall, as reported to the client.
     *
     * @return {@code TRANSCODE} if any output transcodes, otherwise {@code COPY}; null for an audio-only format
     */
    public @Nullable TrackHandling video() {
        return format.audioOnly() ? null : overall(outputs.stream().map(OutputPlan::video));
    }

    /**
     * How audio is handled overall, as reported to the client.
     *
     * @return {@code TRANSCODE} if any output transcodes, otherwise {@code COPY}
     */
    public TrackHandling audio() {
        return overall(outputs.stream().map(OutputPlan::audio));
    }

    /**
     * The bit rate of transcoded video.
     *
     * @return bits per second
     */
    public int videoBitsPerSecond() {
        return encoding.videoBitsPerSecond();
    }

    /**
     * The bit rate of transcoded audio.
     *
     * @return bits per second
     */
    public int audioBitsPerSecond() {
        return encoding.audioBitsPerSecond();
    }

    /**
     * The directory that FFmpeg must be started in.
     *
     * @return the HLS output's directory, or empty if any directory will do
     */
    public Optional<Path> workingDirectory() {
        return outputs.stream()
                .map(OutputPlan::output)
                .flatMap(output -> output instanceof Output.HlsOutput hls ? Stream.of(hls.directory()) : Stream.empty())
                .findFirst();
    }

    private static TrackHandling overall(Stream<@Nullable TrackHandling> handlings) {
        return handlings.anyMatch(h -> Objects.equals(h, TrackHandling.TRANSCODE))
                ? TrackHandling.TRANSCODE
                : TrackHandling.COPY;
    }
}

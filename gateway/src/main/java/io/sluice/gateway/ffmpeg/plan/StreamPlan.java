package io.sluice.gateway.ffmpeg.plan;

import io.sluice.gateway.ffmpeg.install.H264Encoder;
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
 * What FFmpeg is to do with one stream. Immutable.
 *
 * @param format the offer that was chosen
 * @param outputs what becomes of the tracks at each output, at least one
 * @param encoding how tracks that must be transcoded are encoded
 */
public record StreamPlan(MediaFormat format, List<OutputPlan> outputs, Encoding encoding) {

    /**
     * Copies the list, and insists on one output at least.
     *
     * @param format the offer that was chosen
     * @param outputs what becomes of the tracks at each output
     * @param encoding how tracks that must be transcoded are encoded
     */
    public StreamPlan {
        outputs = List.copyOf(outputs);
        if (outputs.isEmpty()) {
            throw new IllegalArgumentException("A plan needs an output.");
        }
    }

    /**
     * One output and what it gets.
     *
     * @param output where it goes
     * @param video what becomes of the video track, if there is one; null for an audio-only format
     * @param audio what becomes of the audio track, if there is one
     */
    public record OutputPlan(Output output, @Nullable TrackHandling video, TrackHandling audio) {}

    /**
     * The targets of transcoding.
     *
     * @param h264 the encoder, or null if video is copied throughout
     * @param frameRate frames per second, at most
     * @param videoBitsPerSecond average and ceiling of the video's bit rate
     * @param audioBitsPerSecond average of the audio's bit rate
     */
    public record Encoding(
            @Nullable H264Encoder h264, double frameRate, int videoBitsPerSecond, int audioBitsPerSecond) {}

    /**
     * What the client is told of its video.
     *
     * @return {@code TRANSCODE} if any output needs that, else {@code COPY}; null for an audio-only format
     */
    public @Nullable TrackHandling video() {
        return format.audioOnly() ? null : dearest(outputs.stream().map(OutputPlan::video));
    }

    /**
     * What the client is told of its audio.
     *
     * @return {@code TRANSCODE} if any output needs that, else {@code COPY}
     */
    public TrackHandling audio() {
        return dearest(outputs.stream().map(OutputPlan::audio));
    }

    /**
     * The bit rate that transcoded video is encoded with.
     *
     * @return bits per second
     */
    public int videoBitsPerSecond() {
        return encoding.videoBitsPerSecond();
    }

    /**
     * The bit rate that transcoded audio is encoded with.
     *
     * @return bits per second
     */
    public int audioBitsPerSecond() {
        return encoding.audioBitsPerSecond();
    }

    /**
     * The directory that FFmpeg must be started in.
     *
     * @return the HLS output's directory, or empty if any will do
     */
    public Optional<Path> workingDirectory() {
        return outputs.stream()
                .map(OutputPlan::output)
                .flatMap(output -> output instanceof Output.HlsOutput hls ? Stream.of(hls.directory()) : Stream.empty())
                .findFirst();
    }

    private static TrackHandling dearest(Stream<@Nullable TrackHandling> handlings) {
        return handlings.anyMatch(h -> Objects.equals(h, TrackHandling.TRANSCODE))
                ? TrackHandling.TRANSCODE
                : TrackHandling.COPY;
    }
}

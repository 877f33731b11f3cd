package io.sluice.gateway.ffmpeg.plan;

import io.sluice.gateway.ffmpeg.install.H264Encoder;
import io.sluice.gateway.media.container.MediaDetails;
import io.sluice.gateway.output.Output;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.TrackHandling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
 * @param continuesAfter for outputs that go on with what another run has written: the media time at which the stream
 *     began, which is 0 at the output; null for the first run
 */
public record StreamPlan(
        MediaFormat format,
        List<OutputPlan> outputs,
        Encoding encoding,
        @Nullable Duration continuesAfter) {

    /**
     * Copies the list.
     *
     * @param format the chosen offer
     * @param outputs how each output's tracks are handled
     * @param encoding how tracks that must be transcoded are encoded
     * @param continuesAfter for outputs that go on with what another run has written: the media time at which the
     *     stream began; null for the first run
     * @throws IllegalArgumentException without an output
     */
    public StreamPlan {
        outputs = List.copyOf(outputs);
        if (outputs.isEmpty()) {
            throw new IllegalArgumentException("A plan needs at least one output.");
        }
    }

    /**
     * A plan for the first run of a stream.
     *
     * @param format the chosen offer
     * @param outputs how each output's tracks are handled; at least one
     * @param encoding how tracks that must be transcoded are encoded
     */
    public StreamPlan(MediaFormat format, List<OutputPlan> outputs, Encoding encoding) {
        this(format, outputs, encoding, null);
    }

    /**
     * The plan of a run that follows another.
     *
     * @param streamStart the media time at which the stream began, which is 0 at the output
     * @return this plan, for outputs that have been written to
     */
    public StreamPlan continued(Duration streamStart) {
        return new StreamPlan(format, outputs, encoding, streamStart);
    }

    /**
     * The plans of the processes that the stream needs. Each RTMP output has an FFmpeg of its own, so that one that
     * fails takes no other with it. Local outputs share one: they fail together, with the disk.
     *
     * @return a plan for each process; together they have this plan's outputs in their order
     */
    public List<StreamPlan> runs() {
        List<StreamPlan> runs = new ArrayList<>();
        List<OutputPlan> local = new ArrayList<>();
        for (OutputPlan plan : outputs) {
            if (plan.output() instanceof Output.RtmpOutput) {
                runs.add(new StreamPlan(format, List.of(plan), encoding));
            } else {
                local.add(plan);
            }
        }
        if (!local.isEmpty()) {
            runs.add(new StreamPlan(format, local, encoding));
        }
        return runs;
    }

    /**
     * The server's output, of a plan from {@link #runs()}.
     *
     * @return the output; empty if the run writes local ones
     */
    public Optional<Output.RtmpOutput> rtmp() {
        return outputs.get(0).output() instanceof Output.RtmpOutput rtmp ? Optional.of(rtmp) : Optional.empty();
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

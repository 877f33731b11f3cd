package io.sluice.gateway.ffmpeg.plan;

import io.sluice.gateway.ffmpeg.install.FfmpegCapabilities;
import io.sluice.gateway.ffmpeg.install.H264Encoder;
import io.sluice.gateway.ffmpeg.install.OutputTls;
import io.sluice.gateway.ffmpeg.plan.StreamPlan.Encoding;
import io.sluice.gateway.ffmpeg.plan.StreamPlan.OutputPlan;
import io.sluice.gateway.media.container.MediaDetails;
import io.sluice.gateway.media.container.MediaDetails.VideoDetails;
import io.sluice.gateway.output.Output;
import io.sluice.protocol.AudioCodec;
import io.sluice.protocol.AudioSettings;
import io.sluice.protocol.Container;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import io.sluice.protocol.TrackHandling;
import io.sluice.protocol.VideoCodec;
import io.sluice.protocol.VideoSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Chooses one of a client's offers and decides, per track and output, whether to copy or transcode. Immutable; does not
 * block; callable from any thread.
 *
 * <p>A track is copied to an output that accepts it and transcoded otherwise: by its codec, and by what its header says
 * as soon as that is known. The offer with the lowest cost wins, then the client's order decides. Cost never decides
 * between audio-only and video: the first workable offer determines which of the two is used.
 */
public final class StreamPlanner {

    /** Encoding 720p30 costs ten times as much as encoding stereo audio (0.45 and 0.04 of a core). */
    private static final int VIDEO_COST = 10;

    private static final int AUDIO_COST = 1;

    private static final double DEFAULT_FRAME_RATE = 30;
    private static final double MAX_FRAME_RATE = 60;
    private static final int DEFAULT_VIDEO_BITS_PER_SECOND = 2_500_000;
    private static final int MIN_VIDEO_BITS_PER_SECOND = 100_000;
    private static final int MAX_VIDEO_BITS_PER_SECOND = 20_000_000;
    private static final int DEFAULT_AUDIO_BITS_PER_SECOND = 128_000;
    private static final int MIN_AUDIO_BITS_PER_SECOND = 96_000;
    private static final int MAX_AUDIO_BITS_PER_SECOND = 320_000;

    private static final int MAX_EXPLAINED_OFFERS = 8;

    private final FfmpegCapabilities ffmpeg;
    private final OutputTls tls;
    private final Optional<H264Encoder> h264;

    /**
     * Creates a planner for one FFmpeg that was not tried with TLS.
     *
     * @param ffmpeg what it supports
     */
    public StreamPlanner(FfmpegCapabilities ffmpeg) {
        this(ffmpeg, OutputTls.untried());
    }

    /**
     * Creates a planner for one FFmpeg.
     *
     * @param ffmpeg what it supports
     * @param tls how it verifies servers
     */
    public StreamPlanner(FfmpegCapabilities ffmpeg, OutputTls tls) {
        this.ffmpeg = ffmpeg;
        this.tls = tls;
        this.h264 = H264Encoder.in(ffmpeg);
    }

    /**
     * Plans a stream.
     *
     * @param offers the client's formats in order of preference
     * @param outputs the stream's outputs: at least one, and at most one of them HLS
     * @param video the client's description of its video, or null
     * @param audio the client's description of its audio, or null
     * @return the plan; or {@link FailureCode#UNSUPPORTED_OFFER} with the reason for each offer and the supported
     *     formats; or {@link FailureCode#FFMPEG_UNAVAILABLE} if this FFmpeg cannot write to an output at all, or cannot
     *     verify its server
     */
    public Result<StreamPlan> plan(
            List<MediaFormat> offers,
            List<Output> outputs,
            @Nullable VideoSettings video,
            @Nullable AudioSettings audio) {
        return plan(offers, outputs, video, audio, MediaDetails.UNKNOWN);
    }

    /**
     * Plans a stream whose header may be known.
     *
     * @param offers the client's formats in order of preference
     * @param outputs the stream's outputs: at least one, and at most one of them HLS
     * @param video the client's description of its video, or null
     * @param audio the client's description of its audio, or null
     * @param source what the header says about the tracks, if there is one offer and its header was read; otherwise
     *     {@link MediaDetails#UNKNOWN}
     * @return as {@link #plan(List, List, VideoSettings, AudioSettings)}
     */
    public Result<StreamPlan> plan(
            List<MediaFormat> offers,
            List<Output> outputs,
            @Nullable VideoSettings video,
            @Nullable AudioSettings audio,
            MediaDetails source) {
        if (outputs.stream().filter(Output.HlsOutput.class::isInstance).count() > 1) {
            throw new IllegalArgumentException(
                    "A plan can have only one HLS output, because FFmpeg has one working directory.");
        }
        for (Output output : outputs) {
            Optional<String> missing = OutputCodecs.missingFor(output, ffmpeg);
            if (missing.isPresent()) {
                return Result.refused(
                        FailureCode.FFMPEG_UNAVAILABLE,
                        "The gateway's FFmpeg (" + ffmpeg.version() + ") does not support " + missing.get()
                                + ", which this stream's output needs. Ask the operator to install another FFmpeg.");
            }
            Optional<String> obstacle =
                    output instanceof Output.RtmpOutput rtmp ? tls.obstacle(rtmp.url()) : Optional.empty();
            if (obstacle.isPresent()) {
                return Result.refused(FailureCode.FFMPEG_UNAVAILABLE, obstacle.get());
            }
        }
        Optional<MediaFormat> chosen = choose(offers, outputs, source);
        return chosen.isPresent()
                ? Result.ok(new StreamPlan(
                        chosen.get(),
                        outputPlans(chosen.get(), outputs, source),
                        encoding(video == null ? null : video.frameRate(), bits(video), bits(audio), source)))
                : Result.refused(FailureCode.UNSUPPORTED_OFFER, refusal(offers, outputs, source));
    }

    /**
     * Plans a stream again, now that its header is known.
     *
     * @param plan the plan that was made from what the client announced
     * @param actual the format that the header shows
     * @param source what the header says about the tracks
     * @return the plan for these tracks, which equals the given one but for {@link StreamPlan.Encoding#source()} if
     *     nothing else follows from the header; or {@link FailureCode#UNSUPPORTED_OFFER} if this FFmpeg cannot process
     *     them
     */
    public Result<StreamPlan> replan(StreamPlan plan, MediaFormat actual, MediaDetails source) {
        MediaFormat agreed = plan.format();
        MediaFormat format = new MediaFormat(
                agreed.container(),
                agreed.audioOnly(),
                actual.video().or(agreed::video),
                actual.audio().or(agreed::audio),
                agreed.mimeType());
        List<Output> outputs = plan.outputs().stream().map(OutputPlan::output).toList();
        if (obstacle(format, outputs, source).isPresent()) {
            return Result.refused(FailureCode.UNSUPPORTED_OFFER, refusal(List.of(format), outputs, source));
        }
        Encoding before = plan.encoding();
        return Result.ok(new StreamPlan(
                format,
                outputPlans(format, outputs, source),
                encoding(before.frameRate(), before.videoBitsPerSecond(), before.audioBitsPerSecond(), source)));
    }

    private Optional<MediaFormat> choose(List<MediaFormat> offers, List<Output> outputs, MediaDetails source) {
        List<MediaFormat> workable = offers.stream()
                .filter(o -> obstacle(o, outputs, source).isEmpty())
                .toList();
        return workable.stream()
                .filter(offer -> offer.audioOnly() == workable.get(0).audioOnly())
                .min((a, b) -> Integer.compare(cost(a, outputs, source), cost(b, outputs, source)));
    }

    private List<OutputPlan> outputPlans(MediaFormat offer, List<Output> outputs, MediaDetails source) {
        List<OutputPlan> plans = new ArrayList<>();
        for (Output output : outputs) {
            OutputCodecs accepted = OutputCodecs.of(output, ffmpeg);
            TrackHandling video = handling(offer.video(), codec -> accepted.accepts(codec, source.video()));
            TrackHandling audio = handling(offer.audio(), codec -> accepted.accepts(codec, source.audio()));
            plans.add(new OutputPlan(output, offer.audioOnly() ? null : video, audio));
        }
        return plans;
    }

    /** An unknown codec can only be transcoded. */
    private static <C> TrackHandling handling(Optional<C> codec, Predicate<C> accepted) {
        return codec.filter(accepted).isPresent() ? TrackHandling.COPY : TrackHandling.TRANSCODE;
    }

    private int cost(MediaFormat offer, List<Output> outputs, MediaDetails source) {
        int cost = 0;
        for (OutputPlan plan : outputPlans(offer, outputs, source)) {
            cost += plan.video() == TrackHandling.TRANSCODE ? VIDEO_COST : 0;
            cost += plan.audio() == TrackHandling.TRANSCODE ? AUDIO_COST : 0;
        }
        return cost;
    }

    /** Why an offer is not workable; empty if it is. */
    private Optional<String> obstacle(MediaFormat offer, List<Output> outputs, MediaDetails source) {
        String demuxer = Demuxer.of(offer.container()).ffmpegName();
        if (!ffmpeg.demuxers().contains(demuxer)) {
            return Optional.of("this FFmpeg cannot read " + describe(offer.container()));
        }
        for (OutputPlan plan : outputPlans(offer, outputs, source)) {
            if (plan.video() == TrackHandling.TRANSCODE) {
                if (offer.video().isPresent()
                        && !Decoders.canDecode(ffmpeg, offer.video().get())) {
                    return Optional.of("this FFmpeg cannot decode "
                            + describe(offer.video().get()));
                }
                if (h264.isEmpty()) {
                    return Optional.of("its video must be transcoded to H.264, which this FFmpeg cannot encode");
                }
            }
            if (plan.audio() == TrackHandling.TRANSCODE) {
                if (offer.audio().isPresent()
                        && !Decoders.canDecode(ffmpeg, offer.audio().get())) {
                    return Optional.of("this FFmpeg cannot decode "
                            + describe(offer.audio().get()));
                }
                if (!ffmpeg.encoders().contains("aac")) {
                    return Optional.of("its audio must be transcoded to AAC, which this FFmpeg cannot encode");
                }
            }
        }
        return Optional.empty();
    }

    private static @Nullable Integer bits(@Nullable VideoSettings video) {
        return video == null ? null : video.bitsPerSecond();
    }

    private static @Nullable Integer bits(@Nullable AudioSettings audio) {
        return audio == null ? null : audio.bitsPerSecond();
    }

    /** The header knows the frame rate better than the client, which may have said what it asked its camera for. */
    private Encoding encoding(
            @Nullable Double declaredRate,
            @Nullable Integer videoBits,
            @Nullable Integer audioBits,
            MediaDetails source) {
        double headerRate = source.video().map(VideoDetails::frameRate).orElse(0.0);
        Double rate = headerRate > 0 ? Double.valueOf(headerRate) : declaredRate;
        return new Encoding(
                h264.orElse(null),
                rate == null || !(rate >= 1) ? DEFAULT_FRAME_RATE : Math.min(rate, MAX_FRAME_RATE),
                videoBits == null
                        ? DEFAULT_VIDEO_BITS_PER_SECOND
                        : Math.max(MIN_VIDEO_BITS_PER_SECOND, Math.min(videoBits, MAX_VIDEO_BITS_PER_SECOND)),
                audioBits == null
                        ? DEFAULT_AUDIO_BITS_PER_SECOND
                        : Math.max(MIN_AUDIO_BITS_PER_SECOND, Math.min(audioBits, MAX_AUDIO_BITS_PER_SECOND)),
                source,
                ffmpeg.mapsTones());
    }

    private String refusal(List<MediaFormat> offers, List<Output> outputs, MediaDetails source) {
        if (offers.isEmpty()) {
            return "No media type was offered. This gateway accepts " + supported(outputs) + ".";
        }
        String reasons = offers.stream()
                .limit(MAX_EXPLAINED_OFFERS)
                .map(offer -> describe(offer) + ": "
                        + obstacle(offer, outputs, source).orElse(""))
                .collect(Collectors.joining("; "));
        String rest =
                offers.size() > MAX_EXPLAINED_OFFERS ? "; and " + (offers.size() - MAX_EXPLAINED_OFFERS) + " more" : "";
        return "None of the offered media types is supported (" + reasons + rest + "). This gateway accepts "
                + supported(outputs) + ".";
    }

    private String supported(List<Output> outputs) {
        String video = Arrays.stream(VideoCodec.values())
                .filter(c -> outputs.stream()
                                .allMatch(
                                        o -> OutputCodecs.of(o, ffmpeg).video().contains(c))
                        || (h264.isPresent() && Decoders.canDecode(ffmpeg, c)))
                .map(StreamPlanner::describe)
                .collect(Collectors.joining(", "));
        String audio = Arrays.stream(AudioCodec.values())
                .filter(c -> outputs.stream()
                                .allMatch(
                                        o -> OutputCodecs.of(o, ffmpeg).audio().contains(c))
                        || (ffmpeg.encoders().contains("aac") && Decoders.canDecode(ffmpeg, c)))
                .map(StreamPlanner::describe)
                .collect(Collectors.joining(", "));
        return "WebM, Matroska or MP4 with " + video + " video and " + audio + " audio";
    }

    private static String describe(MediaFormat offer) {
        List<String> codecs = new ArrayList<>();
        offer.video().ifPresent(c -> codecs.add(describe(c)));
        offer.audio().ifPresent(c -> codecs.add(describe(c)));
        return describe(offer.container())
                + (codecs.isEmpty() ? " with unspecified codecs" : " with " + String.join(" and ", codecs));
    }

    private static String describe(Container container) {
        return container == Container.WEBM ? "WebM" : "MP4";
    }

    private static String describe(VideoCodec codec) {
        return codec == VideoCodec.H264 ? "H.264" : codec.name();
    }

    private static String describe(AudioCodec codec) {
        return switch (codec) {
            case OPUS -> "Opus";
            case VORBIS -> "Vorbis";
            default -> codec.name();
        };
    }
}

package io.sluice.gateway.ffmpeg.plan;

import io.sluice.gateway.ffmpeg.install.FfmpegCapabilities;
import io.sluice.gateway.ffmpeg.install.H264Encoder;
import io.sluice.gateway.ffmpeg.plan.StreamPlan.Encoding;
import io.sluice.gateway.ffmpeg.plan.StreamPlan.OutputPlan;
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
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among a client's offers and decides, for each track and output, between copying and transcoding. Immutable and
 * quick; callable from any thread.
 *
 * <p>A track is copied to an output that takes its codec and transcoded otherwise. Among the offers the cheapest to
 * carry out wins, then the client's order; but an audio-only offer never beats one with video (or the reverse) by being
 * cheap: the first offer that works decides which of the two it is.
 */
public final class StreamPlanner {

    /** Encoding 720p30 takes ten times what encoding stereo does (0.45 against 0.04 of a core). */
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

    private static final int OFFERS_EXPLAINED = 8;

    private final FfmpegCapabilities ffmpeg;
    private final Optional<H264Encoder> h264;

    /**
     * A planner for one FFmpeg.
     *
     * @param ffmpeg what it can do
     */
    public StreamPlanner(FfmpegCapabilities ffmpeg) {
        this.ffmpeg = ffmpeg;
        this.h264 = H264Encoder.in(ffmpeg);
    }

    /**
     * Plans a stream.
     *
     * @param offers the client's formats, best first
     * @param outputs where the stream goes, at least one and at most one of them HLS
     * @param video what the client says of its video, or null
     * @param audio what the client says of its audio, or null
     * @return the plan; or {@link FailureCode#UNSUPPORTED_OFFER} with the reason for each offer and what would be taken;
     *     or {@link FailureCode#FFMPEG_UNAVAILABLE} if this FFmpeg cannot write to an output at all
     */
    public Result<StreamPlan> plan(
            List<MediaFormat> offers,
            List<Output> outputs,
            @Nullable VideoSettings video,
            @Nullable AudioSettings audio) {
        if (outputs.stream().filter(Output.HlsOutput.class::isInstance).count() > 1) {
            throw new IllegalArgumentException(
                    "FFmpeg has one working directory, so there can be one HLS output only.");
        }
        for (Output output : outputs) {
            Optional<String> lack = OutputCodecs.lackFor(output, ffmpeg);
            if (lack.isPresent()) {
                return Result.refused(
                        FailureCode.FFMPEG_UNAVAILABLE,
                        "The gateway's FFmpeg (" + ffmpeg.version() + ") lacks " + lack.get()
                                + ", which this stream's output needs. The operator has to install another.");
            }
        }
        Optional<MediaFormat> chosen = choose(offers, outputs);
        return chosen.isPresent()
                ? Result.ok(new StreamPlan(chosen.get(), planned(chosen.get(), outputs), encoding(video, audio)))
                : Result.refused(FailureCode.UNSUPPORTED_OFFER, refusal(offers, outputs));
    }

    private Optional<MediaFormat> choose(List<MediaFormat> offers, List<Output> outputs) {
        List<MediaFormat> workable =
                offers.stream().filter(o -> obstacle(o, outputs).isEmpty()).toList();
        return workable.stream()
                .filter(offer -> offer.audioOnly() == workable.get(0).audioOnly())
                .min((a, b) -> Integer.compare(cost(a, outputs), cost(b, outputs)));
    }

    private List<OutputPlan> planned(MediaFormat offer, List<Output> outputs) {
        List<OutputPlan> plans = new ArrayList<>();
        for (Output output : outputs) {
            OutputCodecs accepted = OutputCodecs.by(output, ffmpeg);
            TrackHandling video = handling(offer.video(), accepted.video());
            plans.add(new OutputPlan(
                    output, offer.audioOnly() ? null : video, handling(offer.audio(), accepted.audio())));
        }
        return plans;
    }

    /** A codec that is not said might be any, and only transcoding takes any. */
    private static <C> TrackHandling handling(Optional<C> codec, Set<C> accepted) {
        return codec.isPresent() && accepted.contains(codec.get()) ? TrackHandling.COPY : TrackHandling.TRANSCODE;
    }

    private int cost(MediaFormat offer, List<Output> outputs) {
        int cost = 0;
        for (OutputPlan plan : planned(offer, outputs)) {
            cost += plan.video() == TrackHandling.TRANSCODE ? VIDEO_COST : 0;
            cost += plan.audio() == TrackHandling.TRANSCODE ? AUDIO_COST : 0;
        }
        return cost;
    }

    /** Why an offer cannot be carried out; empty if it can. */
    private Optional<String> obstacle(MediaFormat offer, List<Output> outputs) {
        String demuxer = Demuxer.of(offer.container()).ffmpegName();
        if (!ffmpeg.demuxers().contains(demuxer)) {
            return Optional.of("this FFmpeg cannot read " + words(offer.container()));
        }
        for (OutputPlan plan : planned(offer, outputs)) {
            if (plan.video() == TrackHandling.TRANSCODE) {
                if (offer.video().isPresent()
                        && !Decoders.decodes(ffmpeg, offer.video().get())) {
                    return Optional.of(
                            "this FFmpeg cannot decode " + words(offer.video().get()));
                }
                if (h264.isEmpty()) {
                    return Optional.of("its video would have to become H.264, which this FFmpeg cannot encode");
                }
            }
            if (plan.audio() == TrackHandling.TRANSCODE) {
                if (offer.audio().isPresent()
                        && !Decoders.decodes(ffmpeg, offer.audio().get())) {
                    return Optional.of(
                            "this FFmpeg cannot decode " + words(offer.audio().get()));
                }
                if (!ffmpeg.encoders().contains("aac")) {
                    return Optional.of("its audio would have to become AAC, which this FFmpeg cannot encode");
                }
            }
        }
        return Optional.empty();
    }

    private Encoding encoding(@Nullable VideoSettings video, @Nullable AudioSettings audio) {
        Double rate = video == null ? null : video.frameRate();
        Integer videoBits = video == null ? null : video.bitsPerSecond();
        Integer audioBits = audio == null ? null : audio.bitsPerSecond();
        return new Encoding(
                h264.orElse(null),
                rate == null || !(rate >= 1) ? DEFAULT_FRAME_RATE : Math.min(rate, MAX_FRAME_RATE),
                videoBits == null
                        ? DEFAULT_VIDEO_BITS_PER_SECOND
                        : Math.max(MIN_VIDEO_BITS_PER_SECOND, Math.min(videoBits, MAX_VIDEO_BITS_PER_SECOND)),
                audioBits == null
                        ? DEFAULT_AUDIO_BITS_PER_SECOND
                        : Math.max(MIN_AUDIO_BITS_PER_SECOND, Math.min(audioBits, MAX_AUDIO_BITS_PER_SECOND)));
    }

    private String refusal(List<MediaFormat> offers, List<Output> outputs) {
        if (offers.isEmpty()) {
            return "No media type was offered; this gateway takes " + taken(outputs) + ".";
        }
        String reasons = offers.stream()
                .limit(OFFERS_EXPLAINED)
                .map(offer -> words(offer) + ": " + obstacle(offer, outputs).orElse(""))
                .collect(Collectors.joining("; "));
        String rest = offers.size() > OFFERS_EXPLAINED ? "; and " + (offers.size() - OFFERS_EXPLAINED) + " more" : "";
        return "None of the offered media types can be taken (" + reasons + rest + "). This gateway takes "
                + taken(outputs) + ".";
    }

    private String taken(List<Output> outputs) {
        String video = Arrays.stream(VideoCodec.values())
                .filter(c -> outputs.stream()
                                .allMatch(
                                        o -> OutputCodecs.by(o, ffmpeg).video().contains(c))
                        || (h264.isPresent() && Decoders.decodes(ffmpeg, c)))
                .map(StreamPlanner::words)
                .collect(Collectors.joining(", "));
        String audio = Arrays.stream(AudioCodec.values())
                .filter(c -> outputs.stream()
                                .allMatch(
                                        o -> OutputCodecs.by(o, ffmpeg).audio().contains(c))
                        || (ffmpeg.encoders().contains("aac") && Decoders.decodes(ffmpeg, c)))
                .map(StreamPlanner::words)
                .collect(Collectors.joining(", "));
        return "WebM, Matroska or MP4 with " + video + " video and " + audio + " audio";
    }

    private static String words(MediaFormat offer) {
        List<String> codecs = new ArrayList<>();
        offer.video().ifPresent(c -> codecs.add(words(c)));
        offer.audio().ifPresent(c -> codecs.add(words(c)));
        return words(offer.container())
                + (codecs.isEmpty() ? " with codecs not said" : " with " + String.join(" and ", codecs));
    }

    private static String words(Container container) {
        return container == Container.WEBM ? "WebM" : "MP4";
    }

    private static String words(VideoCodec codec) {
        return codec == VideoCodec.H264 ? "H.264" : codec.name();
    }

    private static String words(AudioCodec codec) {
        return switch (codec) {
            case OPUS -> "Opus";
            case VORBIS -> "Vorbis";
            default -> codec.name();
        };
    }
}

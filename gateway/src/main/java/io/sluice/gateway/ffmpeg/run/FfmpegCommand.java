package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.H264Encoder;
import io.sluice.gateway.ffmpeg.install.OutputTls;
import io.sluice.gateway.ffmpeg.plan.Decoders;
import io.sluice.gateway.ffmpeg.plan.Demuxer;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.plan.StreamPlan.Encoding;
import io.sluice.gateway.ffmpeg.plan.StreamPlan.OutputPlan;
import io.sluice.gateway.media.container.MediaDetails.Reordering;
import io.sluice.gateway.media.container.MediaDetails.VideoDetails;
import io.sluice.gateway.output.Output;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.TrackHandling;
import io.sluice.protocol.VideoCodec;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns a plan into FFmpeg's arguments: media on standard input, progress on standard output, messages on standard
 * error. The arguments are for {@code exec}, never for a shell to interpret, and may contain the stream's secrets.
 */
final class FfmpegCommand {

    /**
     * Platforms require a key frame every 2 s; players join, and HLS segments are cut, at key frames. The time may also
     * run back.
     */
    private static final String KEY_FRAMES = "expr:if(isnan(prev_forced_t),1,gte(abs(t-prev_forced_t),2))";

    private static final int MAX_KEY_FRAME_DISTANCE = 600;

    /** Half a second: more than the audio and video of a live stream are apart. */
    private static final String MAX_INTERLEAVE_MICROS = "500000";

    /** Holds the first pictures of any stream that a browser or an encoder sends. */
    private static final String LONG_PROBE_BYTES = "5000000";

    /**
     * Threads of the video encoder. Two keep up with 1080p60 on slow cores; more would add up over hundreds of streams.
     */
    private static final int ENCODER_THREADS = 2;

    /** Video, audio and some spare; no recorder writes a header with more tracks. */
    private static final int MAX_TRACKS = 16;

    /** Two raw 10-bit 4:4:4 pictures with FFmpeg's padding. */
    private static final int MAX_BYTES_PER_PIXEL = 16;

    /** Linux doubles it: enough for 20 Mbit/s at a round-trip time of 100 ms. */
    private static final int SEND_BUFFER_BYTES = 131_072;

    private static final long MIN_ALLOCATION_BYTES = 64L << 20;

    private final List<String> arguments = new ArrayList<>();
    private final List<String> presets = new ArrayList<>();
    private final Settings settings;
    private final boolean writesFiles;
    private final boolean encodesInOrder;

    private FfmpegCommand(Settings settings, boolean writesFiles, boolean encodesInOrder) {
        this.settings = settings;
        this.encodesInOrder = encodesInOrder;
        this.writesFiles = writesFiles;
    }

    /**
     * Settings common to all streams.
     *
     * @param outputTimeout maximum time for a single read or write on an RTMP connection, at least a millisecond. After
     *     a time-out FFmpeg still writes its trailer, so it may take three times as long to exit
     * @param maxPixels maximum pixels of a decoded picture
     * @param usePresets whether output URLs can be passed as {@link #presets()} instead of arguments
     * @param tls how servers of rtmps outputs are verified
     */
    record Settings(Duration outputTimeout, long maxPixels, boolean usePresets, OutputTls tls) {

        Settings(Duration outputTimeout, long maxPixels, boolean usePresets) {
            this(outputTimeout, maxPixels, usePresets, OutputTls.untried());
        }
    }

    /**
     * Builds the command for a plan.
     *
     * @param ffmpeg the program, to be started with its {@link Ffmpeg#environment()}
     * @param plan what it has to do; start it in the plan's {@link StreamPlan#workingDirectory()}
     * @param settings settings common to all streams
     * @return the command
     */
    static FfmpegCommand of(Ffmpeg ffmpeg, StreamPlan plan, Settings settings) {
        FfmpegCommand command = new FfmpegCommand(
                settings,
                plan.workingDirectory().isPresent(),
                ffmpeg.capabilities().encodesInOrder());
        command.add(ffmpeg.executable().toString());
        command.general();
        command.input(plan);
        for (OutputPlan output : plan.outputs()) {
            command.output(output, plan);
        }
        return command;
    }

    /** The program and its arguments. */
    List<String> arguments() {
        return List.copyOf(arguments);
    }

    /** Output options that are not in the arguments, see {@link OutputPresets}. */
    List<String> presets() {
        return List.copyOf(presets);
    }

    /** Whether it writes files, which then need a size limit. */
    boolean writesFiles() {
        return writesFiles;
    }

    private void general() {
        // The level info tells at which time the input starts.
        add("-hide_banner", "-nostdin", "-nostats", "-loglevel", writesFiles ? "level+warning" : "level+info");
        add("-progress", "pipe:1", "-stats_period", "1");
        // One thread per filter graph: the graphs are a few cheap filters, and there are hundreds of processes.
        add("-filter_threads", "1");
        // A header may claim any size for the data that follows.
        add("-max_alloc", Long.toString(Math.max(MIN_ALLOCATION_BYTES, settings.maxPixels() * MAX_BYTES_PER_PIXEL)));
    }

    /**
     * The input is untrusted: its format is set, not probed, and nothing in it may refer to another source. It is
     * {@code pipe:0} rather than {@code -}, which newer FFmpegs map to another protocol.
     */
    private void input(StreamPlan plan) {
        MediaFormat format = plan.format();
        Duration streamStart = plan.continuesAfter();
        if (streamStart != null) {
            // Otherwise the output's time would start at 0 again.
            add(
                    "-copyts",
                    "-itsoffset",
                    BigDecimal.valueOf(-streamStart.toMillis(), 3).toPlainString());
        }
        Demuxer demuxer = Demuxer.of(format.container());
        add("-protocol_whitelist", "pipe", "-format_whitelist", demuxer.whitelist());
        add("-codec_whitelist", String.join(",", Decoders.of(format)));
        add("-max_pixels", Long.toString(settings.maxPixels()), "-max_streams", Integer.toString(MAX_TRACKS));
        // By default FFmpeg reads more than a second of a live stream before it writes anything. These containers
        // describe their tracks in the header, and start at a key frame.
        add("-fpsprobesize", "0", "-probesize", guessesReordering(plan) ? LONG_PROBE_BYTES : "8192");
        // A decoder delays output by one frame per thread.
        add("-threads", "1", "-f", demuxer.ffmpegName(), "-i", "pipe:0");
    }

    /**
     * Matroska has no decoding times. If the parameter sets do not say how pictures are reordered, FFmpeg can tell from
     * the first few pictures, and only while it probes; otherwise it gives several of them the same decoding time.
     */
    private static boolean guessesReordering(StreamPlan plan) {
        return isMatroskaH264(plan.format())
                && plan.outputs().stream().anyMatch(output -> output.video() == TrackHandling.COPY)
                && reordering(plan.encoding()) == Reordering.UNKNOWN;
    }

    private static boolean isMatroskaH264(MediaFormat format) {
        return Demuxer.of(format.container()) == Demuxer.MATROSKA
                && format.video().filter(VideoCodec.H264::equals).isPresent();
    }

    /** Before the header is known nothing is guessed: that would delay every stream for the sake of a few. */
    private static Reordering reordering(Encoding encoding) {
        return encoding.source().video().map(VideoDetails::reordering).orElse(Reordering.DECLARED);
    }

    private void output(OutputPlan output, StreamPlan plan) {
        video(output.video(), plan.format(), plan.encoding());
        audio(output.audio(), plan.encoding());
        if (encodesInOrder && Demuxer.of(plan.format().container()) == Demuxer.MATROSKA) {
            // By default a track that falls silent holds up the other for 10 s. A fragment of MP4 has its tracks one
            // after the other, which needs more than this.
            add("-max_interleave_delta", MAX_INTERLEAVE_MICROS);
        }
        // Titles and chapters are untrusted text, and must not reach the receiver.
        add("-map_metadata", "-1", "-map_chapters", "-1");
        if (output.output() instanceof Output.RtmpOutput rtmp) {
            rtmp(rtmp);
        } else {
            hls(plan.continuesAfter() != null);
        }
    }

    private void rtmp(Output.RtmpOutput output) {
        add("-flvflags", "no_duration_filesize"); // these fields are in the header, which a live stream cannot rewrite
        add("-rw_timeout", Long.toString(settings.outputTimeout().toNanos() / 1000), "-tcp_nodelay", "1");
        // By default seconds of media vanish in the kernel before a server that takes nothing is noticed.
        add("-send_buffer_size", Integer.toString(SEND_BUFFER_BYTES));
        if (output.scheme().equals("rtmps")) {
            add(settings.tls().arguments().toArray(String[]::new));
            // FFmpeg uses a proxy from its environment for TLS.
            add("-protocol_whitelist", "rtmps,tls,tcp,httpproxy");
        } else {
            add("-protocol_whitelist", "rtmp,tcp");
        }
        Optional<RtmpUrlParts> parts = settings.usePresets() && presets.size() < OutputPresets.MAX
                ? RtmpUrlParts.of(output)
                : Optional.empty();
        parts.ifPresent(split -> {
            add("-fpre", OutputPresets.path(presets.size()));
            presets.add(split.preset());
        });
        add("-f", "flv", parts.map(RtmpUrlParts::server).orElse(output.url()));
    }

    private void video(@Nullable TrackHandling handling, MediaFormat format, Encoding encoding) {
        if (handling == null) {
            return;
        }
        add("-map", "0:v:0?");
        H264Encoder encoder = encoding.h264();
        if (handling == TrackHandling.COPY || encoder == null) {
            add("-c:v", "copy");
            if (isMatroskaH264(format) && reordering(encoding) == Reordering.NONE) {
                // FFmpeg would hold back the first pictures or give them one decoding time, until it is sure of that.
                add("-bsf:v", "setts=pts=PTS:dts=PTS");
            }
            return;
        }
        String bits = Integer.toString(encoding.videoBitsPerSecond());
        add("-vf", VideoFilters.of(encoding), "-pix_fmt", "yuv420p");
        // Pictures keep their times, to the millisecond: a constant rate would drop some, repeat others and move all.
        add("-fps_mode:v", "vfr", "-enc_time_base:v", "1:1000");
        add("-c:v", encoder.ffmpegName());
        add(encoder.liveOptions().toArray(String[]::new));
        add(encoder.rateOptions(encoding.frameRate()).toArray(String[]::new));
        add("-threads:v", Integer.toString(ENCODER_THREADS));
        // By time, not by number, and one only after a gap. The encoder's own distance is never reached.
        add("-g", Integer.toString(MAX_KEY_FRAME_DISTANCE), "-force_key_frames", KEY_FRAMES);
        add("-b:v", bits, "-maxrate", bits, "-bufsize", bits);
    }

    private void audio(TrackHandling handling, Encoding encoding) {
        add("-map", "0:a:0?");
        if (handling == TrackHandling.COPY) {
            add("-c:a", "copy");
            return;
        }
        // Browsers leave gaps in Opus while a track is muted; unless they are filled, audio runs ahead of video.
        add("-af", "aresample=async=1,aformat=sample_rates=48000:channel_layouts=mono|stereo");
        // This is most of the cost of a stream whose video is copied. The other coder takes 1.7 times as long and gains
        // nothing from 64 kbit/s on: signal-to-noise ratio 26.7 dB instead of 28.3 dB for a browser's tone at 128
        // kbit/s, 14.9 dB instead of 15.2 dB for noise (FFmpeg 5.1).
        add("-c:a", "aac", "-aac_coder", "fast", "-b:a", Integer.toString(encoding.audioBitsPerSecond()));
    }

    /**
     * MPEG-TS rather than fragmented MP4: it needs no initialisation segment, repeats its parameter sets, and every HLS
     * player supports it. Names are relative to the working directory, whose path may contain characters that FFmpeg
     * would interpret as a pattern.
     */
    private void hls(boolean continues) {
        add("-protocol_whitelist", "file");
        add("-f", "hls", "-hls_time", "1", "-hls_list_size", "6", "-hls_delete_threshold", "2");
        add("-hls_segment_type", "mpegts", "-hls_segment_filename", "segment%d.ts");
        // The dates tell a viewer how old the picture is. FFmpeg starts counting when it writes its first header.
        add(
                "-hls_flags",
                "delete_segments+independent_segments+program_date_time+temp_file"
                        // Players follow the numbers of the segments, which must go on.
                        + (continues ? "+append_list+discont_start" : ""),
                Output.HlsOutput.PLAYLIST);
    }

    private void add(String... more) {
        arguments.addAll(List.of(more));
    }
}

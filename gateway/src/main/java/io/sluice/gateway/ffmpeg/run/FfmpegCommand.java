package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.H264Encoder;
import io.sluice.gateway.ffmpeg.plan.Decoders;
import io.sluice.gateway.ffmpeg.plan.Demuxer;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.plan.StreamPlan.Encoding;
import io.sluice.gateway.ffmpeg.plan.StreamPlan.OutputPlan;
import io.sluice.gateway.output.Output;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.TrackHandling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns a plan into FFmpeg's arguments: media on standard input, progress on standard output, words on standard error.
 * The arguments are for {@code exec}, never for a shell, and may hold the stream's secrets.
 */
final class FfmpegCommand {

    /** Platforms ask for a keyframe every 2 s; players join, and HLS segments are cut, there. */
    private static final int KEYFRAME_SECONDS = 2;

    /** Of the encoder. Two keep 1080p60 in real time on slow cores; more would only multiply over hundreds of streams. */
    private static final int ENCODER_THREADS = 2;

    /** Video, audio and what a recorder might add; a header with more tracks is not a recorder's. */
    private static final int MAX_TRACKS = 16;

    /** Two raw pictures with 10 bits and all their colours, in FFmpeg's own padding. */
    private static final int MAX_BYTES_PER_PIXEL = 16;

    private static final long MIN_ALLOCATION_BYTES = 64L << 20;

    private final List<String> arguments = new ArrayList<>();
    private final List<String> hiddenTargets = new ArrayList<>();
    private final Settings settings;
    private final boolean writesFiles;

    private FfmpegCommand(Settings settings, boolean writesFiles) {
        this.settings = settings;
        this.writesFiles = writesFiles;
    }

    /**
     * What is the same for all streams.
     *
     * @param outputTimeout how long a single read or write on an RTMP connection may take, at least a millisecond.
     *     FFmpeg goes on to write its trailer when one has timed out, so it may take three times as long to leave
     * @param maxPixels pixels of a picture that is decoded
     * @param hidesTargets whether {@link #hiddenTargets()} can be used in place of arguments
     */
    record Settings(Duration outputTimeout, long maxPixels, boolean hidesTargets) {}

    /**
     * The command for a plan.
     *
     * @param ffmpeg the program, to be started with its {@link Ffmpeg#environment()}
     * @param plan what it is to do; start it in its {@link StreamPlan#workingDirectory()}
     * @param settings what is the same for all streams
     * @return the program and its arguments
     */
    static FfmpegCommand of(Ffmpeg ffmpeg, StreamPlan plan, Settings settings) {
        FfmpegCommand command =
                new FfmpegCommand(settings, plan.workingDirectory().isPresent());
        command.add(ffmpeg.executable().toString());
        command.general();
        command.input(plan.format());
        for (OutputPlan output : plan.outputs()) {
            command.output(output, plan.encoding());
        }
        return command;
    }

    /** The program and its arguments. */
    List<String> arguments() {
        return List.copyOf(arguments);
    }

    /** What the arguments leave out, see {@link OutputPresets}. */
    List<String> hiddenTargets() {
        return List.copyOf(hiddenTargets);
    }

    boolean writesFiles() {
        return writesFiles;
    }

    private void general() {
        add("-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+warning");
        add("-progress", "pipe:1", "-stats_period", "1");
        // One thread per filter graph: each graph here is a few cheap filters, and there are hundreds of processes.
        add("-filter_threads", "1");
        // A header may claim any size for what follows.
        add("-max_alloc", Long.toString(Math.max(MIN_ALLOCATION_BYTES, settings.maxPixels() * MAX_BYTES_PER_PIXEL)));
    }

    /**
     * The input comes from a stranger: its format is said, not guessed, and neither it nor anything inside may name
     * another place to read from. It is {@code pipe:0} and not {@code -}, which newer FFmpegs take for another protocol.
     */
    private void input(MediaFormat format) {
        Demuxer demuxer = Demuxer.of(format.container());
        add("-protocol_whitelist", "pipe", "-format_whitelist", demuxer.whitelist());
        add("-codec_whitelist", String.join(",", Decoders.of(format)));
        add("-max_pixels", Long.toString(settings.maxPixels()), "-max_streams", Integer.toString(MAX_TRACKS));
        // By default FFmpeg reads a second and more of a live stream before it writes anything. The containers here say
        // at once what is in them, and start at a keyframe.
        add("-fpsprobesize", "0", "-probesize", "8192");
        // A decoder with several threads holds back a frame for each.
        add("-threads", "1", "-f", demuxer.ffmpegName(), "-i", "pipe:0");
    }

    private void output(OutputPlan plan, Encoding encoding) {
        video(plan.video(), encoding);
        audio(plan.audio(), encoding);
        // Titles, chapters and the like are a stranger's words, and nobody's business at the receiver.
        add("-map_metadata", "-1", "-map_chapters", "-1");
        if (plan.output() instanceof Output.RtmpOutput rtmp) {
            rtmp(rtmp);
        } else {
            hls();
        }
    }

    private void rtmp(Output.RtmpOutput output) {
        add("-flvflags", "no_duration_filesize"); // they stand at the start, where a live stream cannot go back to
        add("-rw_timeout", Long.toString(settings.outputTimeout().toNanos() / 1000), "-tcp_nodelay", "1");
        // Behind a proxy, which FFmpeg's environment names, TLS goes through that.
        add("-protocol_whitelist", output.scheme().equals("rtmps") ? "rtmps,tls,tcp,httpproxy" : "rtmp,tcp");
        Optional<RtmpUrlParts> target = settings.hidesTargets() && hiddenTargets.size() < OutputPresets.MAX
                ? RtmpUrlParts.of(output)
                : Optional.empty();
        target.ifPresent(hidden -> {
            add("-fpre", OutputPresets.path(hiddenTargets.size()));
            hiddenTargets.add(hidden.preset());
        });
        add("-f", "flv", target.map(RtmpUrlParts::server).orElse(output.url()));
    }

    private void video(@Nullable TrackHandling handling, Encoding encoding) {
        if (handling == null) {
            return;
        }
        add("-map", "0:v:0?");
        H264Encoder encoder = encoding.h264();
        if (handling == TrackHandling.COPY || encoder == null) {
            add("-c:v", "copy");
            return;
        }
        String bits = Integer.toString(encoding.videoBitsPerSecond());
        int frames = (int) Math.ceil(encoding.frameRate() * KEYFRAME_SECONDS);
        // H.264 in 4:2:0 has even sides only; a window or a canvas may have any.
        add("-vf", "crop=trunc(iw/2)*2:trunc(ih/2)*2", "-pix_fmt", "yuv420p");
        // With so little probing FFmpeg guesses 1000 frames per second, and would spread the bits over them. The rate
        // is
        // then constant: frames are repeated where the browser leaves some out, as it does of a picture that stands
        // still.
        add("-r", String.format(Locale.ROOT, "%.3f", encoding.frameRate()));
        add("-c:v", encoder.ffmpegName());
        add(encoder.liveOptions().toArray(String[]::new));
        add("-threads:v", Integer.toString(ENCODER_THREADS));
        // In frames for the encoder's rate control, in time because frames may come slower than announced.
        add("-g", Integer.toString(frames), "-force_key_frames", "expr:gte(t,n_forced*" + KEYFRAME_SECONDS + ")");
        add("-b:v", bits, "-maxrate", bits, "-bufsize", bits);
    }

    private void audio(TrackHandling handling, Encoding encoding) {
        add("-map", "0:a:0?");
        if (handling == TrackHandling.COPY) {
            add("-c:a", "copy");
            return;
        }
        // Browsers leave holes in Opus when a track is muted; unfilled, sound would run ahead of the picture.
        add("-af", "aresample=async=1,aformat=sample_rates=48000:channel_layouts=mono|stereo");
        // Most of what a stream costs whose video is copied. The encoder's other way of searching takes 1.7 times as
        // long, and from 64 kbit/s
        // on gains nothing for it: 26.7 against 28.3 dB of a browser's tone at 128 kbit/s, 14.9 against 15.2 of noise
        // (FFmpeg 5.1).
        add("-c:a", "aac", "-aac_coder", "fast", "-b:a", Integer.toString(encoding.audioBitsPerSecond()));
    }

    /**
     * MPEG-TS rather than fragmented MP4: it needs no initialisation segment, repeats its parameter sets, and every
     * player of HLS reads it. Names are relative to the working directory, whose own name may hold what FFmpeg would
     * take for a pattern.
     */
    private void hls() {
        add("-protocol_whitelist", "file");
        add("-f", "hls", "-hls_time", "1", "-hls_list_size", "6", "-hls_delete_threshold", "2");
        add("-hls_segment_type", "mpegts", "-hls_segment_filename", "segment%d.ts");
        // The dates tell a viewer how old the picture is. FFmpeg counts them from when it wrote its first header.
        add("-hls_flags", "delete_segments+independent_segments+program_date_time+temp_file", "index.m3u8");
    }

    private void add(String... some) {
        arguments.addAll(List.of(some));
    }
}

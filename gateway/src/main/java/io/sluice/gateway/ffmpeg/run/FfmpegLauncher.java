package io.sluice.gateway.ffmpeg.run;

import io.netty.channel.EventLoop;
import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.OutputTls;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.output.Output;
import io.sluice.gateway.process.ProcessLauncher;
import io.sluice.gateway.process.ProcessSpec;
import io.sluice.protocol.StreamKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import reactor.core.publisher.Mono;

/** Starts an FFmpeg for a stream. Thread-safe. */
public final class FfmpegLauncher {

    private final Ffmpeg ffmpeg;
    private final ProcessLauncher processes;
    private final Callable<Path> emptyDirectory;
    private final ProcessLimits limits;
    private final FfmpegCommand.Settings settings;

    /**
     * Creates a launcher for one FFmpeg program.
     *
     * @param ffmpeg the program
     * @param processes starts its processes
     * @param emptyDirectory supplies the working directory of runs that write no files; may block
     * @param outputTimeout how long an output may accept no data before FFmpeg gives up
     * @param limits the limits of each process
     * @param maxPixels maximum pixels of a picture, width times height
     * @param tls how servers of rtmps outputs are verified
     */
    public FfmpegLauncher(
            Ffmpeg ffmpeg,
            ProcessLauncher processes,
            Callable<Path> emptyDirectory,
            Duration outputTimeout,
            ProcessLimits limits,
            long maxPixels,
            OutputTls tls) {
        this.ffmpeg = ffmpeg;
        this.processes = processes;
        this.emptyDirectory = emptyDirectory;
        this.limits = limits;
        this.settings = new FfmpegCommand.Settings(outputTimeout, maxPixels, limits.supportsPresets(), tls);
    }

    /**
     * The largest picture that FFmpeg accepts.
     *
     * @return pixels, width times height
     */
    public long maxPixels() {
        return settings.maxPixels();
    }

    /**
     * Starts FFmpeg on subscription.
     *
     * @param streamKey removed from all of FFmpeg's messages
     * @param plan what FFmpeg has to do
     * @param eventLoop the stream's event loop
     * @return the running stream, on the event loop; an {@link java.io.IOException} if the process cannot be started
     */
    public Mono<FfmpegStream> launch(StreamKey streamKey, StreamPlan plan, EventLoop eventLoop) {
        return Mono.defer(() -> {
            List<Output> outputs =
                    plan.outputs().stream().map(StreamPlan.OutputPlan::output).toList();
            FfmpegStream.Report report = new FfmpegStream.Report(redactor(streamKey, outputs), outputs);
            return processes
                    .launch(() -> spec(plan), eventLoop, report)
                    .map(process -> new FfmpegStream(process, report, settings.outputTimeout()));
        });
    }

    private ProcessSpec spec(StreamPlan plan) throws Exception {
        Optional<Path> own = plan.workingDirectory();
        return limits.specFor(
                FfmpegCommand.of(ffmpeg, plan, settings),
                ffmpeg.environment(),
                own.isPresent() ? own.get() : emptyDirectory.call());
    }

    private static Redactor redactor(StreamKey key, List<Output> outputs) {
        return new Redactor(List.of(key.value(), key.identity().value()), outputs);
    }
}

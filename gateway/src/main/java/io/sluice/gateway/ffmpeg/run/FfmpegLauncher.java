package io.sluice.gateway.ffmpeg.run;

import io.netty.channel.EventLoop;
import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.output.Output;
import io.sluice.gateway.process.ProcessLauncher;
import io.sluice.gateway.process.ProcessSpec;
import io.sluice.protocol.StreamKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Mono;

/** Starts an FFmpeg for a stream. Thread-safe. */
public final class FfmpegLauncher {

    private final Ffmpeg ffmpeg;
    private final ProcessLauncher processes;
    private final Path emptyDirectory;
    private final ProcessLimits confinement;
    private final FfmpegCommand.Settings settings;

    /**
     * A launcher for one FFmpeg program.
     *
     * @param ffmpeg the program
     * @param processes starts its processes
     * @param emptyDirectory where streams without files of their own run
     * @param outputTimeout how long an output may take nothing before FFmpeg gives it up
     * @param confinement the bounds of each process
     * @param maxPixels pixels of a picture, width times height, that FFmpeg may be given
     */
    public FfmpegLauncher(
            Ffmpeg ffmpeg,
            ProcessLauncher processes,
            Path emptyDirectory,
            Duration outputTimeout,
            ProcessLimits confinement,
            long maxPixels) {
        this.ffmpeg = ffmpeg;
        this.processes = processes;
        this.emptyDirectory = emptyDirectory;
        this.confinement = confinement;
        this.settings = new FfmpegCommand.Settings(outputTimeout, maxPixels, confinement.hidesTargets());
    }

    /**
     * The largest picture that an FFmpeg may be given.
     *
     * @return pixels, width times height
     */
    public long maxPixels() {
        return settings.maxPixels();
    }

    /**
     * Starts FFmpeg when subscribed to.
     *
     * @param streamKey taken out of everything that FFmpeg says
     * @param plan what to do
     * @param eventLoop where the stream lives
     * @return the running stream, on the event loop; an {@link java.io.IOException} if the process cannot be started
     */
    public Mono<FfmpegStream> launch(StreamKey streamKey, StreamPlan plan, EventLoop eventLoop) {
        return Mono.defer(() -> {
            List<Output> outputs =
                    plan.outputs().stream().map(StreamPlan.OutputPlan::output).toList();
            FfmpegStream.Report report = new FfmpegStream.Report(new Redactor(List.of(streamKey.value()), outputs));
            return processes
                    .launch(() -> spec(plan), eventLoop, report)
                    .map(process -> new FfmpegStream(process, report));
        });
    }

    private ProcessSpec spec(StreamPlan plan) {
        return confinement.confine(
                FfmpegCommand.of(ffmpeg, plan, settings),
                ffmpeg.environment(),
                plan.workingDirectory().orElse(emptyDirectory));
    }
}

package io.sluice.gateway;

import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.ffmpeg.install.FfmpegUserException;
import io.sluice.gateway.ffmpeg.install.OutputTls;
import io.sluice.gateway.ffmpeg.install.TlsTrial;
import io.sluice.gateway.ffmpeg.install.TlsVerification;
import io.sluice.gateway.ffmpeg.install.TrustedAuthorities;
import io.sluice.gateway.ffmpeg.run.ProcessLimits;
import io.sluice.gateway.files.FileTree;
import io.sluice.gateway.output.PublishTemplate;
import io.sluice.gateway.threads.BlockingPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this gateway's FFmpeg verifies the servers of {@code rtmps://} outputs. It is tried when a configuration
 * first needs to know: at start, or in the background after a reload. Thread-safe.
 */
final class OutputVerification {

    private static final Logger LOG = LoggerFactory.getLogger(OutputVerification.class);

    private final Ffmpeg ffmpeg;
    private final Folder folder;
    private final ProcessLimits limits;
    private final AtomicBoolean isTried = new AtomicBoolean();
    private volatile @Nullable TlsVerification result;
    private volatile @Nullable Path authorities;

    /** A folder for files of this object; what was deleted in it is written again. */
    @FunctionalInterface
    interface Folder {

        /** The folder, which exists. Blocks. */
        Path path() throws IOException;
    }

    OutputVerification(Ffmpeg ffmpeg, Folder folder, ProcessLimits limits) {
        this.ffmpeg = ffmpeg;
        this.folder = folder;
        this.limits = limits;
    }

    /** Tries without a gateway, if the configuration needs it. Blocks. */
    static void check(GatewayConfig config, Ffmpeg ffmpeg, ProcessLimits limits) throws FfmpegUnavailableException {
        if (!isNeeded(config)) {
            return;
        }
        try {
            Path folder = Files.createTempDirectory("sluice-trial");
            try {
                new OutputVerification(ffmpeg, () -> folder, limits).prepare(config);
            } finally {
                FileTree.delete(folder);
            }
        } catch (IOException e) {
            throw new FfmpegUnavailableException("cannot find out whether FFmpeg verifies outputs: " + e);
        }
    }

    /** Tries now, if the configuration needs it. Blocks. */
    void prepare(GatewayConfig config) throws FfmpegUnavailableException {
        if (!isNeeded(config)) {
            return;
        }
        isTried.set(true);
        tryNow();
        requireReadableAuthorities(config.outputs().caFile());
        OutputTls tls = of(config.outputs());
        for (PublishTemplate output : config.outputs().publish()) {
            Optional<String> problem = tls.problem(output.server());
            if (problem.isPresent()) {
                throw new FfmpegUnavailableException("cannot publish to " + output + " safely: " + problem.get()
                        + ". Set --ffmpeg to another one, or --output-tls-insecure to publish without"
                        + " verification");
            }
        }
    }

    private void requireReadableAuthorities(@Nullable Path explicit) throws FfmpegUnavailableException {
        Path file = explicit == null ? authorities : explicit;
        try {
            if (file != null && !limits.canRead(file)) {
                throw new FfmpegUserException("FFmpeg cannot read the certificate authorities in " + file
                        + " as the user and without the capabilities that it runs with. Change the permissions, or set"
                        + " --output-ca-file to another file");
            }
        } catch (IOException e) {
            throw new FfmpegUserException("cannot find out whether FFmpeg can read " + file + ": " + e.getMessage());
        }
    }

    /** Tries in the background, if the configuration needs it and it has not been tried. */
    void prepareInBackground(GatewayConfig config) {
        if (isNeeded(config) && isTried.compareAndSet(false, true)) {
            BlockingPool.newThreads("sluice-tls-trial").schedule(this::tryNow);
        }
    }

    private void tryNow() {
        findAuthorities();
        try {
            result = TlsTrial.of(ffmpeg, folder.path());
        } catch (IOException e) {
            LOG.warn("Cannot find out whether FFmpeg verifies outputs: {}", e.getMessage());
        }
    }

    private void findAuthorities() {
        try {
            authorities = TrustedAuthorities.find(ffmpeg.environment(), folder.path());
        } catch (IOException e) {
            // FFmpeg then trusts no authority, or those that it was built to trust.
            LOG.warn("No certificate authorities for outputs: {}", e.getMessage());
        }
    }

    /** The file of authorities; one that was written and has been deleted is written again. Blocks. */
    private Optional<Path> presentAuthorities() {
        Path found = authorities;
        if (found != null && Files.notExists(found)) {
            findAuthorities();
        }
        return Optional.ofNullable(authorities);
    }

    /** How a configuration's outputs are verified. */
    OutputTls of(GatewayConfig.Outputs outputs) {
        Path explicit = outputs.caFile();
        return new OutputTls(
                outputs.tlsInsecure(),
                () -> explicit == null ? presentAuthorities() : Optional.of(explicit),
                () -> Optional.ofNullable(result));
    }

    private static boolean isNeeded(GatewayConfig config) {
        GatewayConfig.Access access = config.access();
        boolean published = config.outputs().publish().stream().anyMatch(PublishTemplate::isTls);
        boolean named = access.authorizer() != null
                && (access.allowedOutputs() == null || access.allowedOutputs().includeTls());
        return !config.outputs().tlsInsecure() && (published || named);
    }
}

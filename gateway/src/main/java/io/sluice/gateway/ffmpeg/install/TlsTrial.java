package io.sluice.gateway.ffmpeg.install;

import io.sluice.gateway.ffmpeg.install.TrialServer.Seen;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out by trying whether an FFmpeg verifies TLS servers: that depends on its version, on the library that it was
 * built with, and on that library's version and options. It publishes to servers on loopback with good and with bad
 * certificates. Blocks.
 */
public final class TlsTrial {

    private static final Logger LOG = LoggerFactory.getLogger(TlsTrial.class);
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private static final Duration LEFT = Duration.ofSeconds(1);

    /** The server closes after the first byte, so an FFmpeg that does not end by itself hangs. */
    private static final String TIMEOUT_MICROSECONDS = "5000000";

    private static final int SAMPLES = 4_096;

    private final Ffmpeg ffmpeg;
    private final Path authority;
    private final Path samples;

    private TlsTrial(Ffmpeg ffmpeg, Path authority, Path samples) {
        this.ffmpeg = ffmpeg;
        this.authority = authority;
        this.samples = samples;
    }

    /** FFmpeg on its way to a server. */
    private record Run(TrialServer server, ProbeProcess process) implements AutoCloseable {

        Seen result() {
            process.await(DEADLINE);
            // FFmpeg has ended, so its connection is in the queue, or never comes.
            return server.await(LEFT);
        }

        /** Kills FFmpeg if it has not ended. */
        @Override
        public void close() throws IOException {
            process.await(Duration.ZERO);
            server.close();
        }
    }

    /**
     * Tries an FFmpeg, and logs the result.
     *
     * @param ffmpeg supports {@code rtmps}
     * @param folder for two small files, which are deleted again
     * @return what was observed
     */
    public static TlsVerification of(Ffmpeg ffmpeg, Path folder) {
        long start = System.nanoTime();
        TlsVerification result = tryIn(ffmpeg, folder);
        LOG.info(
                "FFmpeg {} TLS servers{}; tried in {} ms",
                result.verifies() ? "verifies" : "does not verify",
                result.verifies()
                        ? result.comparesAddresses() ? "" : ", by name only, not by IP address"
                        : " (" + result.problem() + ")",
                Duration.ofNanos(System.nanoTime() - start).toMillis());
        return result;
    }

    private static TlsVerification tryIn(Ffmpeg ffmpeg, Path folder) {
        if (!ffmpeg.capabilities().outputProtocols().contains("rtmps")) {
            return TlsVerification.unknown("it does not support rtmps");
        }
        Path authority = folder.resolve("trial-authority.pem");
        Path samples = folder.resolve("trial-samples");
        try {
            try (InputStream in = TlsTrial.class.getResourceAsStream("trial/authority.pem")) {
                Files.copy(Objects.requireNonNull(in), authority, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.write(samples, new byte[SAMPLES]);
            return new TlsTrial(ffmpeg, authority, samples).run();
        } catch (IOException e) {
            return TlsVerification.unknown("it could not be tried: " + e);
        } finally {
            delete(authority);
            delete(samples);
        }
    }

    private TlsVerification run() throws IOException {
        // All at the same time; each is hardly more than the start of a process.
        try (Run control = start("self-signed", "localhost", false);
                Run good = start("good", "localhost", true);
                Run selfSigned = start("self-signed", "localhost", true);
                Run expired = start("expired", "localhost", true);
                Run otherName = start("other-name", "localhost", true);
                Run otherAddress = start("other-name", "127.0.0.1", true)) {
            if (control.result() != Seen.ACCEPTED) {
                return TlsVerification.unknown("it could not connect to a TLS server on this machine");
            }
            List<String> accepted = new ArrayList<>();
            addUnlessRefused(selfSigned, "self-signed certificates", accepted);
            addUnlessRefused(expired, "expired certificates", accepted);
            addUnlessRefused(otherName, "certificates for another host", accepted);
            if (!accepted.isEmpty()) {
                return TlsVerification.unknown("it accepts " + String.join(", ", accepted));
            }
            // Otherwise it refused the other certificates because it does not know their authority.
            if (good.result() != Seen.ACCEPTED) {
                return TlsVerification.unknown("it does not use a given file of authorities, so it cannot be tried");
            }
            return new TlsVerification(true, otherAddress.result() == Seen.REFUSED, "");
        }
    }

    private static void addUnlessRefused(Run run, String what, List<String> accepted) {
        if (run.result() != Seen.REFUSED) {
            accepted.add(what);
        }
    }

    private Run start(String certificate, String host, boolean verify) throws IOException {
        TrialServer server = TrialServer.with(certificate, DEADLINE);
        List<String> arguments = new ArrayList<>(List.of("-nostdin", "-hide_banner", "-loglevel", "quiet"));
        arguments.addAll(List.of("-f", "u8", "-ar", "44100", "-ac", "1", "-i", samples.toString(), "-c", "copy"));
        arguments.addAll(List.of("-rw_timeout", TIMEOUT_MICROSECONDS, "-tls_verify", verify ? "1" : "0"));
        arguments.addAll(List.of("-cafile", authority.toString(), "-f", "flv"));
        arguments.add("rtmps://" + host + ":" + server.port() + "/trial/trial");
        return new Run(server, ProbeProcess.start(ffmpeg.executable(), arguments, withoutProxies()));
    }

    /** A proxy would not lead to this machine. */
    private Map<String, String> withoutProxies() {
        Map<String, String> environment = new TreeMap<>(ffmpeg.environment());
        environment.keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
        return environment;
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("Cannot delete {}", file, e);
        }
    }
}

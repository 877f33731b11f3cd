package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.ffmpeg.install.FfmpegUser;
import io.sluice.gateway.ffmpeg.install.FfmpegUserException;
import io.sluice.gateway.ffmpeg.install.ProbeProcess;
import io.sluice.gateway.ffmpeg.install.SearchPath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out, by running FFmpeg, which limits this system supports. Blocks. */
final class LimitsProbe {

    /** The name under which operators know these lines. */
    private static final Logger LOG = LoggerFactory.getLogger(ProcessLimits.class);

    private static final List<String> VERSION = List.of("-version");

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final Ffmpeg ffmpeg;
    private final @Nullable FfmpegUser user;
    private final @Nullable Path setpriv;
    private final boolean root = FfmpegUser.gatewayIsRoot();

    LimitsProbe(Ffmpeg ffmpeg, @Nullable FfmpegUser user) {
        this.ffmpeg = ffmpeg;
        this.user = user;
        this.setpriv = SearchPath.find("setpriv", ffmpeg.environment()).orElse(null);
    }

    ProcessLimits run(FfmpegLimits wanted) throws IOException, FfmpegUnavailableException {
        requireUser();
        ProbeProcess preset = tryPreset(user);
        List<ProcessLimit> candidates = ProcessLimit.candidates(wanted, root);
        List<ProcessLimit> possible = candidates.stream()
                .filter(limit -> setpriv != null || limit.privileges().isEmpty())
                .toList();
        // Most systems support all of them, which takes one run to find out; otherwise each is tested separately.
        ProbeProcess together = start(user, possible, VERSION, List.of());
        List<ProcessLimit> supported = together.await(DEADLINE).succeeded() ? possible : supported(possible);
        ProbeProcess.Answer read = preset.await(DEADLINE);
        if (!read.succeeded()) {
            requireSameWithoutUser(read);
        }
        log(candidates, supported, read.succeeded());
        return new ProcessLimits(LimitedCommand.of(setpriv, user, supported), read.succeeded());
    }

    private void requireUser() throws IOException, FfmpegUserException {
        if (user == null) {
            return;
        }
        if (setpriv == null) {
            throw new FfmpegUserException("cannot run FFmpeg as " + user.name()
                    + ": setpriv not found. Install util-linux, or run the gateway as that user");
        }
        ProbeProcess.Answer version = start(user, List.of(), VERSION, List.of()).await(DEADLINE);
        if (!version.succeeded()) {
            throw new FfmpegUserException("cannot run " + ffmpeg.executable() + " as " + user.name() + ": "
                    + (version.inTime() ? version.lastLine() : "no answer within " + DEADLINE.toSeconds() + " s"));
        }
    }

    private List<ProcessLimit> supported(List<ProcessLimit> candidates) throws IOException, FfmpegUnavailableException {
        Map<ProcessLimit, ProbeProcess> runs = new LinkedHashMap<>();
        for (ProcessLimit limit : candidates) {
            runs.put(limit, start(user, List.of(limit), VERSION, List.of()));
        }
        List<ProcessLimit> supported = new ArrayList<>();
        for (Map.Entry<ProcessLimit, ProbeProcess> run : runs.entrySet()) {
            if (run.getKey().isSupported(run.getValue().await(DEADLINE))) {
                supported.add(run.getKey());
            }
        }
        return supported;
    }

    private ProbeProcess start(
            @Nullable FfmpegUser as, List<ProcessLimit> limits, List<String> arguments, List<String> presets)
            throws IOException {
        List<String> program = new ArrayList<>(List.of(ffmpeg.executable().toString()));
        program.addAll(arguments);
        List<String> all = LimitedCommand.of(setpriv, as, limits).of(presets.size(), List.of(), program);
        Map<String, String> environment = new TreeMap<>(ffmpeg.environment());
        OutputPresets.addTo(environment, presets);
        return ProbeProcess.start(Path.of(all.get(0)), all.subList(1, all.size()), environment);
    }

    /** Keys must not become visible because of the user. */
    private void requireSameWithoutUser(ProbeProcess.Answer asUser) throws IOException, FfmpegUserException {
        if (user != null && tryPreset(null).await(DEADLINE).succeeded()) {
            throw new FfmpegUserException("FFmpeg as " + user.name()
                    + " cannot read its output URLs, which would hide stream keys: " + asUser.lastLine());
        }
    }

    private ProbeProcess tryPreset(@Nullable FfmpegUser as) throws IOException {
        return start(as, List.of(), OutputPresets.TRIAL, List.of(OutputPresets.TRIAL_PRESET));
    }

    private void log(List<ProcessLimit> candidates, List<ProcessLimit> supported, boolean supportsPresets) {
        String unsupported = candidates.stream()
                .filter(limit -> !supported.contains(limit))
                .map(ProcessLimit::name)
                .collect(Collectors.joining(", "));
        LOG.info(
                "Each FFmpeg runs {}with {}{}; stream keys are {} the process list",
                user == null ? "" : "as user " + user.name() + " ",
                supported.stream().map(ProcessLimit::name).collect(Collectors.joining(", ")),
                unsupported.isEmpty() ? "" : "; not supported here: " + unsupported,
                supportsPresets ? "hidden from" : "visible in");
        if (root && supported.stream().noneMatch(limit -> limit.name().equals(ProcessLimit.NO_CAPABILITIES))) {
            LOG.warn(
                    "FFmpeg parses untrusted media {}, because {}. Run the gateway as a user of its own.",
                    user == null ? "with all capabilities of root" : "and can regain capabilities",
                    setpriv == null
                            ? "setpriv of util-linux is not installed"
                            : setpriv + " cannot give them up, or FFmpeg does not start without them");
        }
        if (root && user == null) {
            LOG.warn("The gateway runs as root, and so does FFmpeg, which parses untrusted media."
                    + " Set --ffmpeg-user, or run the gateway as a user of its own.");
        }
    }
}

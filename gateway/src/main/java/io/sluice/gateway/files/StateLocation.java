package io.sluice.gateway.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The folder that the gateways of one user share for what they keep on disk while they run.
 *
 * @param path its real path; checked
 * @param origin where the choice comes from, for the log
 */
public record StateLocation(Path path, String origin) {

    private static final String NAME = "sluice";

    private record Candidate(Path path, String origin) {}

    /**
     * Finds the folder, creates and checks it. Blocks.
     *
     * <p>A folder that the operator chose must be safe. Otherwise the first of these that is: {@code sluice} in the
     * first of systemd's {@code STATE_DIRECTORY}, in {@code XDG_STATE_HOME}, in {@code ~/.local/state}; a private
     * folder in the one for temporary files.
     *
     * @param chosen what the operator chose, or null
     * @param environment the variables
     * @return the folder
     * @throws IOException if it is not safe or cannot be created; the message says how to mend that
     */
    public static StateLocation of(@Nullable Path chosen, Map<String, String> environment) throws IOException {
        if (chosen != null) {
            try {
                return new StateLocation(
                        TrustedFolder.open(chosen, TrustedFolder.Access.OWNER), "chosen by the operator");
            } catch (IOException e) {
                throw new IOException("cannot use the state folder " + chosen + ": " + TrustedFolder.reason(e), e);
            }
        }
        List<String> reasons = new ArrayList<>();
        for (Candidate candidate : candidates(environment)) {
            try {
                Path path = TrustedFolder.open(candidate.path(), TrustedFolder.Access.OWNER);
                return new StateLocation(path, String.join("; ", prepend(candidate.origin(), reasons)));
            } catch (IOException e) {
                reasons.add("not " + candidate.path() + ": " + TrustedFolder.reason(e));
            }
        }
        Path path = Files.createTempDirectory("sluice-").toRealPath();
        return new StateLocation(path, String.join("; ", prepend("private, temporary", reasons)));
    }

    private static List<Candidate> candidates(Map<String, String> environment) {
        List<Candidate> all = new ArrayList<>();
        String systemd = environment.getOrDefault("STATE_DIRECTORY", "").split(":", -1)[0];
        if (systemd.startsWith("/")) {
            // systemd lets everybody look into it by default.
            all.add(new Candidate(Path.of(systemd, NAME), "STATE_DIRECTORY"));
        }
        String xdg = environment.getOrDefault("XDG_STATE_HOME", "");
        String home = System.getProperty("user.home", "");
        if (xdg.startsWith("/")) {
            all.add(new Candidate(Path.of(xdg, NAME), "XDG_STATE_HOME"));
        } else if (home.startsWith("/")) {
            all.add(new Candidate(Path.of(home, ".local", "state", NAME), "home directory"));
        }
        all.add(new Candidate(
                Path.of(System.getProperty("java.io.tmpdir"), "sluice-state-" + OwnUser.uid()), "temporary folder"));
        return all;
    }

    private static List<String> prepend(String first, List<String> others) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(others);
        return all;
    }
}

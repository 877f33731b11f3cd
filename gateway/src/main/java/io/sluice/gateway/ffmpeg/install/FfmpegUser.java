package io.sluice.gateway.ffmpeg.install;

import io.sluice.gateway.files.OwnUser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The user that FFmpeg runs as, if it is not the gateway's own.
 *
 * @param name for messages
 * @param uid its number
 * @param gid the number of its primary group; it has no other groups
 */
public record FfmpegUser(String name, int uid, int gid) {

    private static final int ROOT = 0;
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    /**
     * Whether this process can start others as another user, unless the capability was removed.
     *
     * @return whether it runs as root
     */
    public static boolean gatewayIsRoot() {
        return OwnUser.uid() == ROOT;
    }

    /**
     * Looks a user up, in whatever the system has them. Blocks.
     *
     * @param name the name, or the number
     * @param environment the complete environment of the program that is asked
     * @return the user
     * @throws FfmpegUserException with a message for operators if this gateway cannot use it
     */
    public static FfmpegUser find(String name, Map<String, String> environment) throws FfmpegUserException {
        if (!gatewayIsRoot()) {
            throw new FfmpegUserException(
                    "only a gateway that runs as root can run FFmpeg as another user, here " + name);
        }
        Path id = SearchPath.find("id", environment)
                .orElseThrow(() -> new FfmpegUserException("cannot look up the user " + name + ": there is no id"));
        FfmpegUser user =
                new FfmpegUser(name, number(id, "-u", name, environment), number(id, "-g", name, environment));
        if (user.uid == ROOT) {
            throw new FfmpegUserException("the user " + name + " is root; name one without privileges");
        }
        return user;
    }

    private static int number(Path id, String option, String name, Map<String, String> environment)
            throws FfmpegUserException {
        try {
            ProbeProcess.Answer answer = ProbeProcess.start(id, List.of(option, "--", name), environment)
                    .await(DEADLINE);
            if (answer.succeeded()) {
                return Integer.parseInt(answer.output().strip());
            }
            throw new FfmpegUserException("there is no user " + name + " (" + answer.lastLine() + ")");
        } catch (IOException | NumberFormatException e) {
            throw new FfmpegUserException("cannot look up the user " + name + ": " + e.getMessage());
        }
    }
}

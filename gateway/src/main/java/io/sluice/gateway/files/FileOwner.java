package io.sluice.gateway.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A user to whom files can be given, which takes root's privileges.
 *
 * @param uid number of the user
 * @param gid number of its group
 */
public record FileOwner(int uid, int gid) {

    /** Gives a file or directory away; a link itself, not what it leads to. Blocks. */
    void take(Path path) throws IOException {
        Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    }
}

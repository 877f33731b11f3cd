package io.sluice.gateway.admission;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What Linux reports about this process, its children and memory in {@code /proc} and {@code /sys/fs/cgroup}; empty if
 * unavailable. Reads files; do not call on an event loop.
 */
final class HostResources {

    private static final long KIB = 1_024;

    /** The unit of CPU times in {@code /proc}, the same on every architecture ({@code USER_HZ}, proc(5)). */
    private static final long TICK_MILLIS = 10;

    /** Index after the name, which is in parentheses and may contain anything (proc(5), fields 14 and 15). */
    private static final int USER_TIME = 11;

    private static final int SYSTEM_TIME = 12;

    /** A cgroup v1 without a limit reports the largest number of whole pages, which is above this. */
    private static final long NO_LIMIT = 1L << 60;

    private final Path root;

    HostResources() {
        this(Path.of("/"));
    }

    /** For tests: another directory instead of {@code /}. */
    HostResources(Path root) {
        this.root = root;
    }

    /** A process's CPU time so far and current memory. */
    record Usage(long cpuMillis, long memoryBytes) {}

    /** Empty if the process has exited. */
    Optional<Usage> usageOf(long pid) {
        Optional<String> stat = first("proc/" + pid + "/stat");
        OptionalLong anonymous = field("proc/" + pid + "/status", "RssAnon:");
        if (stat.isEmpty() || anonymous.isEmpty()) {
            return Optional.empty();
        }
        String[] fields = stat.get().substring(stat.get().lastIndexOf(')') + 2).split(" ", -1);
        long ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
        return Optional.of(new Usage(ticks * TICK_MILLIS, anonymous.getAsLong() * KIB));
    }

    OptionalLong maxOpenFiles() {
        return field("proc/self/limits", "Max open files");
    }

    OptionalLong openFiles() {
        try (Stream<Path> files = Files.list(root.resolve("proc/self/fd"))) {
            return OptionalLong.of(files.count());
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Maximum number of full-size pipes of this user; empty if unlimited. */
    OptionalLong maxPipes() {
        boolean privileged = first("proc/self/status", "CapEff:")
                .map(line -> Long.parseUnsignedLong(line.strip(), 16))
                // CAP_SYS_ADMIN and CAP_SYS_RESOURCE are exempt (pipe(7)).
                .filter(capabilities -> (capabilities & (1L << 21 | 1L << 24)) != 0)
                .isPresent();
        OptionalLong pages = number(first("proc/sys/fs/pipe-user-pages-soft"));
        int pagesPerPipe = 16;
        return privileged || pages.isEmpty() || pages.getAsLong() == 0
                ? OptionalLong.empty()
                : OptionalLong.of(pages.getAsLong() / pagesPerPipe);
    }

    /** Available memory of the host, or of the container if that is less. */
    OptionalLong freeBytes() {
        OptionalLong available = field("proc/meminfo", "MemAvailable:");
        LongStream ofHost = available.stream().map(kib -> kib * KIB);
        LongStream ofGroups = lines("proc/self/cgroup").stream().flatMapToLong(this::freeIn);
        return LongStream.concat(ofHost, ofGroups).min();
    }

    /** A line of {@code /proc/self/cgroup}: {@code 0::/path} for version 2, {@code 5:memory:/path} for version 1. */
    private LongStream freeIn(String line) {
        String[] parts = line.split(":", 3);
        if (parts.length < 3) {
            return LongStream.empty();
        }
        if (parts[1].isEmpty()) {
            return withAncestors("sys/fs/cgroup", parts[2])
                    .flatMapToLong(group -> free(group, "memory.max", "memory.current", "inactive_file"));
        }
        return Arrays.asList(parts[1].split(",", -1)).contains("memory")
                ? withAncestors("sys/fs/cgroup/memory", parts[2])
                        .flatMapToLong(group ->
                                free(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"))
                : LongStream.empty();
    }

    /**
     * A cgroup and its ancestors, each of which may have a limit. In a container the path may be the host's, which does
     * not exist there.
     */
    private static Stream<String> withAncestors(String mount, String path) {
        Path group = Path.of("/" + path).normalize();
        return Stream.iterate(group, Objects::nonNull, Path::getParent).map(ancestor -> mount + ancestor);
    }

    /** Inactive page cache counts as free, because it is reclaimed first. */
    private LongStream free(String group, String limitFile, String usageFile, String cacheField) {
        OptionalLong limit = number(first(group + "/" + limitFile));
        OptionalLong usage = number(first(group + "/" + usageFile));
        if (limit.isEmpty() || usage.isEmpty() || limit.getAsLong() >= NO_LIMIT) {
            return LongStream.empty();
        }
        long cache = field(group + "/memory.stat", cacheField + " ").orElse(0);
        return LongStream.of(Math.max(0, limit.getAsLong() - Math.max(0, usage.getAsLong() - cache)));
    }

    private OptionalLong field(String file, String name) {
        return number(first(file, name).map(value -> value.strip().split("\\s+", 2)[0]));
    }

    /** The rest of the first line that starts with a name. */
    private Optional<String> first(String file, String name) {
        return lines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()))
                .findFirst();
    }

    private Optional<String> first(String file) {
        return lines(file).stream().findFirst();
    }

    private static OptionalLong number(Optional<String> text) {
        try {
            return text.isPresent() ? OptionalLong.of(Long.parseLong(text.get().strip())) : OptionalLong.empty();
        } catch (NumberFormatException e) {
            // "max", or "unlimited".
            return OptionalLong.empty();
        }
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(root.resolve(file));
        } catch (IOException e) {
            return List.of();
        }
    }
}

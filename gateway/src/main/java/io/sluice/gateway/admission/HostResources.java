package io.sluice.gateway.admission;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What Linux tells of this process, its children and its memory, in files under {@code /proc} and {@code /sys/fs/cgroup}. Empty where it
 * does not. Reads files, so never on an event loop.
 */
final class HostResources {

    private static final long KIB = 1_024;

    /** The unit of times in {@code /proc}, which is the same on every architecture ({@code USER_HZ}, proc(5)). */
    private static final long TICK_MILLIS = 10;

    /** Counted behind the name, which is in parentheses and may hold anything (proc(5), fields 14 and 15). */
    private static final int USER_TIME = 11;

    private static final int SYSTEM_TIME = 12;

    /** What a cgroup of version 1 says when there is no limit: the largest number of whole pages. */
    private static final long NO_LIMIT = 1L << 60;

    private final Path root;

    HostResources() {
        this(Path.of("/"));
    }

    /** With another directory in the place of {@code /}. */
    HostResources(Path root) {
        this.root = root;
    }

    /** What a process has used and uses. */
    record Usage(long cpuMillis, long memoryBytes) {}

    /** Nothing if the process is gone. */
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

    /** Full-size pipes that this user may have; nothing if that is not limited. */
    OptionalLong maxPipes() {
        boolean privileged = first("proc/self/status", "CapEff:")
                .map(line -> Long.parseUnsignedLong(line.strip(), 16))
                // CAP_SYS_ADMIN and CAP_SYS_RESOURCE are exempt (pipe(7)).
                .filter(capabilities -> (capabilities & (1L << 21 | 1L << 24)) != 0)
                .isPresent();
        OptionalLong pages = number(first("proc/sys/fs/pipe-user-pages-soft"));
        int pagesOfAPipe = 16;
        return privileged || pages.isEmpty() || pages.getAsLong() == 0
                ? OptionalLong.empty()
                : OptionalLong.of(pages.getAsLong() / pagesOfAPipe);
    }

    /** Of the machine, or of the container if that has less. */
    OptionalLong freeBytes() {
        OptionalLong machine = field("proc/meminfo", "MemAvailable:");
        LongStream ofMachine = machine.stream().map(kib -> kib * KIB);
        LongStream ofGroups = lines("proc/self/cgroup").stream().flatMapToLong(this::freeIn);
        return LongStream.concat(ofMachine, ofGroups).min();
    }

    /** A line of {@code /proc/self/cgroup}: {@code 0::/path} for version 2, {@code 5:memory:/path} for version 1. */
    private LongStream freeIn(String line) {
        String[] parts = line.split(":", 3);
        if (parts.length < 3) {
            return LongStream.empty();
        }
        if (parts[1].isEmpty()) {
            return upwards("sys/fs/cgroup", parts[2])
                    .flatMapToLong(group -> free(group, "memory.max", "memory.current", "inactive_file"));
        }
        return Arrays.asList(parts[1].split(",", -1)).contains("memory")
                ? upwards("sys/fs/cgroup/memory", parts[2])
                        .flatMapToLong(group ->
                                free(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"))
                : LongStream.empty();
    }

    /** A group and all that it lies in, of which each may have a limit. In a container the path may be the host's, which is not there. */
    private static Stream<String> upwards(String mount, String path) {
        Path group = Path.of("/" + path).normalize();
        return Stream.iterate(group, each -> each != null, Path::getParent).map(each -> mount + each);
    }

    /** Files that were read and not of late are the first to go when memory is short. */
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

    /** What stands behind a name at the beginning of a line. */
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

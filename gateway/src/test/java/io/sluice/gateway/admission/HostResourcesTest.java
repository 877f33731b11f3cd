package io.sluice.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostResourcesTest {

    private static final long MIB = 1_048_576;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path root;

    private HostResources host() {
        return new HostResources(root);
    }

    private void write(String file, String content) {
        try {
            Path path = root.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void withoutProcNothingIsKnown() {
        assertThat(host().freeBytes()).isEmpty();
        assertThat(host().openFiles()).isEmpty();
        assertThat(host().maxOpenFiles()).isEmpty();
        assertThat(host().maxPipes()).isEmpty();
        assertThat(host().usageOf(1)).isEmpty();
    }

    @Test
    void memoryIsTheHostsUnlessACgroupHasLess() {
        write("proc/meminfo", "MemTotal:       2048000 kB\nMemFree:          1024 kB\nMemAvailable:     512000 kB\n");
        assertThat(host().freeBytes()).hasValue(500 * MIB);

        write("proc/self/cgroup", "0::/a/b\n");
        write("sys/fs/cgroup/a/b/memory.max", "max\n");
        write("sys/fs/cgroup/a/b/memory.current", "1000\n");
        assertThat(host().freeBytes()).hasValue(500 * MIB);

        write("sys/fs/cgroup/a/memory.max", 300 * MIB + "\n");
        write("sys/fs/cgroup/a/memory.current", 280 * MIB + "\n");
        write("sys/fs/cgroup/a/memory.stat", "anon 5\nactive_file 7\ninactive_file " + 100 * MIB + "\n");
        assertThat(host().freeBytes()).as("inactive page cache counts as free").hasValue(120 * MIB);
    }

    @Test
    void cgroupsVersion1AreSupported() {
        write("proc/meminfo", "MemAvailable:     512000 kB\n");
        write("proc/self/cgroup", "7:cpu,cpuacct:/x\n5:memory:/docker/0123\n1:name=systemd:/x\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", "1\n");
        assertThat(host().freeBytes()).as("no limit").hasValue(500 * MIB);

        // In a container the cgroup's path does not exist, and its files are at the top.
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", 200 * MIB + "\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", 190 * MIB + "\n");
        write("sys/fs/cgroup/memory/memory.stat", "inactive_file 0\ntotal_inactive_file " + 30 * MIB + "\n");
        assertThat(host().freeBytes()).hasValue(40 * MIB);
    }

    @Test
    void descriptorsAreCountedAgainstTheSoftLimit() {
        write("proc/self/limits", """
                Limit                     Soft Limit           Hard Limit           Units
                Max open files            1024                 524288               files
                """);
        write("proc/self/fd/0", "");
        write("proc/self/fd/1", "");
        assertThat(host().maxOpenFiles()).hasValue(1_024);
        assertThat(host().openFiles()).hasValue(2);
        write("proc/self/limits", "Max open files            unlimited            unlimited            files\n");
        assertThat(host().maxOpenFiles()).isEmpty();
    }

    @Test
    void pipesAreLimitedForUnprivilegedUsers() {
        write("proc/sys/fs/pipe-user-pages-soft", "16384\n");
        write("proc/self/status", "Uid:\t1000\nCapEff:\t0000000000000000\n");
        assertThat(host().maxPipes()).hasValue(1_024);
        write("proc/sys/fs/pipe-user-pages-soft", "0\n");
        assertThat(host().maxPipes()).as("0 means no limit").isEmpty();
        write("proc/sys/fs/pipe-user-pages-soft", "16384\n");
        write("proc/self/status", "Uid:\t0\nCapEff:\t000001ffffffffff\n");
        assertThat(host().maxPipes()).as("root").isEmpty();
    }

    @Test
    void aProcessMayHaveAnyName() {
        write("proc/7/stat", "7 (evil) 1 (x)) S 1 7 7 0 -1 4194304 6 0 0 0 250 50 9 9 20 0 1 0 99 1 2\n");
        write("proc/7/status", "Name:\tevil\nVmRSS:\t 60000 kB\nRssAnon:\t   12000 kB\n");
        assertThat(host().usageOf(7)).hasValue(new HostResources.Usage(3_000, 12_000 * 1_024));
    }

    @Test
    void thisHostReportsEverything() {
        HostResources here = new HostResources();
        assertThat(here.freeBytes()).isPresent();
        assertThat(here.openFiles().orElse(0)).isGreaterThan(10);
        assertThat(here.maxOpenFiles()).isPresent();
        assertThat(here.usageOf(ProcessHandle.current().pid()))
                .hasValueSatisfying(usage -> assertThat(usage.memoryBytes()).isGreaterThan(MIB));
    }
}

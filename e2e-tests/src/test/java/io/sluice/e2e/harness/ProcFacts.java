package io.sluice.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;

/** What the kernel says of a live process. */
public record ProcFacts(long pid) {

    /** Linux tells processor time in hundredths of a second, whatever its timer does. */
    private static final int TICK_MILLIS = 10;

    /** Resident memory. */
    public long residentBytes() {
        return status("VmRSS:") * 1024;
    }

    /** The most resident memory that it has ever had. */
    public long peakResidentBytes() {
        return status("VmHWM:") * 1024;
    }

    /** Processor time in user and kernel mode, without that of children; in steps of 10 ms. */
    public Duration processorTime() {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // The name in parentheses may hold spaces.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Duration.ofMillis((Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long threads() {
        return status("Threads:");
    }

    /** Open descriptors. */
    public long descriptors() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return descriptors.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the process has this file open. */
    boolean holdsOpen(Path file) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return descriptors.anyMatch(descriptor -> leadsTo(descriptor, file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean leadsTo(Path descriptor, Path file) {
        try {
            return Files.readSymbolicLink(descriptor).equals(file);
        } catch (NoSuchFileException e) {
            return false; // Closed since it was listed.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long status(String field) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith(field))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + field + " for process " + pid));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The executable's name, for telling ffmpeg from a shell around it. */
    public static String nameOf(ProcessHandle process) {
        return process.info()
                .command()
                .map(command ->
                        Objects.requireNonNull(Path.of(command).getFileName()).toString())
                .orElse("");
    }
}

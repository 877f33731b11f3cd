package io.sluice.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoHandlerFactory;
import io.sluice.gateway.guards.NoBufferLeaks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;

/** The contract of every child process, on any transport. All programs are real. */
@ExtendWith(NoBufferLeaks.class)
abstract class ChildProcessContract {

    private static final int ITEM_BYTES = 100_000;

    /** How much unread input the kernel, the queue and one more item can hold. */
    private static final int MAX_ITEMS_IN_FLIGHT = (2 * 64 * 1_024 + 32 * 1_024) / ITEM_BYTES + 2;

    abstract IoHandlerFactory transport();

    TestProcesses processes;

    @BeforeEach
    void open() {
        processes = new TestProcesses(transport());
    }

    @AfterEach
    void close() {
        processes.close();
    }

    static ByteBuf direct(byte[] bytes) {
        return ByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
    }

    static byte[] noise(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    void feed(ChildProcess child, Flux<ByteBuf> source) {
        processes.onLoop(() -> source.subscribe(child.stdin()));
    }

    @Test
    void deliversEveryByteInOrderAndThenEndsTheInput() throws IOException {
        Path expected = Files.createTempFile("sluice", ".bin");
        byte[] all = noise(1, 3_000_000);
        Files.write(expected, all);
        ChildProcess child = processes.start("/usr/bin/cmp", "-", expected.toString());

        DemandRecordingSource source =
                new DemandRecordingSource(30, i -> direct(Arrays.copyOfRange(all, i * 100_000, (i + 1) * 100_000)));
        processes.onLoop(() -> source.subscribe(child.stdin()));

        assertThat(processes.exitOf(child)).isEqualTo(new ProcessExit(0));
        assertThat(processes.stdout).isEmpty();
        processes.onLoop(() -> assertThat(child.stdin().writtenBytes()).isEqualTo(3_000_000));
        Files.delete(expected);
    }

    @Test
    void takesHeapAndCompositeAndEmptyBuffers() throws IOException {
        Path expected = Files.createTempFile("sluice", ".bin");
        byte[] part = noise(2, 150_000);
        Files.write(expected, concat(List.of(part, part, part, part)));
        ChildProcess child = processes.start("/usr/bin/cmp", "-", expected.toString());

        ByteBuf heap = Unpooled.wrappedBuffer(part);
        ByteBuf empty = Unpooled.buffer(0);
        ByteBuf composite = Unpooled.wrappedBuffer(direct(part), Unpooled.wrappedBuffer(part));
        feed(child, Flux.just(heap, empty, composite, direct(part)));

        assertThat(processes.exitOf(child)).isEqualTo(new ProcessExit(0));
        Files.delete(expected);
    }

    private static byte[] concat(List<byte[]> parts) {
        byte[] all = new byte[parts.stream().mapToInt(p -> p.length).sum()];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    @Test
    void requestsOneItemAtATimeAndNoneWhileTheChildDoesNotRead() {
        ChildProcess child = processes.sh("kill -STOP $$; wc -c");
        DemandRecordingSource source = new DemandRecordingSource(100, i -> direct(noise(i, ITEM_BYTES)));
        processes.onLoop(() -> source.subscribe(child.stdin()));

        Awaitility.await().until(() -> stopped(child));
        int delivered = settled(() -> source.delivered);
        assertThat(source.largestRequest).isEqualTo(1);
        assertThat(delivered).isBetween(1, MAX_ITEMS_IN_FLIGHT);
        processes.onLoop(() -> assertThat(child.stdin().waitingBytes()).isBetween(1L, (long) ITEM_BYTES));

        signal(child, "CONT");
        assertThat(processes.exitOf(child)).isEqualTo(new ProcessExit(0));
        assertThat(processes.stdout).containsExactly("10000000");
        assertThat(source.largestRequest).isEqualTo(1);
    }

    @Test
    void waitsForALateReader() {
        ChildProcess child = processes.sh("sleep 0.3; wc -c");
        feed(child, Flux.range(0, 10).map(i -> direct(noise(i, ITEM_BYTES))));

        assertThat(processes.exitOf(child)).isEqualTo(new ProcessExit(0));
        assertThat(processes.stdout).containsExactly("1000000");
    }

    @Test
    void cancelsItsSourceWhenTheChildClosesItsInput() {
        ChildProcess child = processes.sh("exec <&-; echo closed; exec sleep 20");
        Awaitility.await().until(() -> processes.stdout.contains("closed"));
        DemandRecordingSource source = new DemandRecordingSource(100, i -> direct(noise(i, ITEM_BYTES)));
        processes.onLoop(() -> source.subscribe(child.stdin()));

        child.stdin().closed().block(TestProcesses.PATIENCE);
        assertThat(source.cancelled).isTrue();
        processes.onLoop(() -> assertThat(child.stdin().waitingBytes()).isZero());
        assertThat(child.shutdown(TestProcesses.LADDER).block(TestProcesses.PATIENCE))
                .isEqualTo(new ProcessExit(128 + 15));
    }

    @Test
    void cancelsItsSourceWhenTheChildDies() {
        ChildProcess child = processes.sh("kill -STOP $$");
        DemandRecordingSource source = new DemandRecordingSource(100, i -> direct(noise(i, ITEM_BYTES)));
        processes.onLoop(() -> source.subscribe(child.stdin()));
        Awaitility.await().until(() -> stopped(child));

        signal(child, "KILL");

        ProcessExit exit = processes.exitOf(child);
        assertThat(exit.signal()).hasValue(9);
        assertThat(source.cancelled).isTrue();
        child.stdin().closed().block(TestProcesses.PATIENCE);
    }

    @Test
    void aSourceErrorEndsTheInputAndDiscardsWaitingBytes() {
        ChildProcess child = processes.sh("kill -STOP $$; wc -c");
        feed(child, Flux.concat(Flux.just(direct(noise(1, 200_000))), Flux.error(new IOException("torn"))));
        Awaitility.await().until(() -> stopped(child));

        signal(child, "CONT");

        assertThat(processes.exitOf(child)).isEqualTo(new ProcessExit(0));
        assertThat(Integer.parseInt(processes.stdout.get(0))).isBetween(1, 150_000);
    }

    @Test
    void refusesASignalFromAnotherThread() {
        ChildProcess child = processes.start("/bin/cat");

        assertThatThrownBy(() -> child.stdin().onComplete()).isInstanceOf(IllegalStateException.class);

        feed(child, Flux.empty());
        assertThat(processes.exitOf(child)).isEqualTo(new ProcessExit(0));
    }

    @Test
    void passesOnBothOutputsLineByLine() {
        ChildProcess child = processes.sh("printf 'one\\rtwo\\r\\n\\nthr'; echo oops >&2; printf 'ee'");

        processes.exitOf(child);
        assertThat(processes.stdout).containsExactly("one", "two", "three");
        assertThat(processes.stderr).containsExactly("oops");
    }

    @Test
    void replacesALineThatIsTooLong() {
        ChildProcess child = processes.sh("head -c 100000 /dev/zero | tr '\\0' x; echo; echo after");

        processes.exitOf(child);
        assertThat(processes.stdout).hasSize(2);
        assertThat(processes.stdout.get(0)).contains("omitted").hasSizeLessThan(100);
        assertThat(processes.stdout.get(1)).isEqualTo("after");
    }

    @Test
    void readsATalkativeChildToItsEnd() {
        ChildProcess child = processes.sh("seq 1 200000; seq 1 100000 >&2");

        assertThat(processes.exitOf(child)).isEqualTo(new ProcessExit(0));
        assertThat(processes.stdout).hasSizeGreaterThan(1_000).startsWith("1", "2", "3");
        assertThat(processes.stderr).hasSizeGreaterThan(1_000).startsWith("1", "2", "3");
        long passedOn = Stream.concat(processes.stdout.stream(), processes.stderr.stream())
                .mapToLong(line -> line.length() + 1L)
                .sum();
        long printed = 1_288_895 + 588_895;
        // A line that was read in part is neither passed on nor counted as skipped.
        assertThat(passedOn + processes.skipped.get()).isBetween(printed - 1_000, printed);
    }

    @Test
    void aListenerThatThrowsAffectsNothingElse() {
        ProcessOutput broken = new ProcessOutput() {
            @Override
            public void onStdout(String line) {
                throw new IllegalStateException("seeded");
            }

            @Override
            public void onStderr(String line) {
                processes.stderr.add(line);
            }
        };
        ChildProcess child =
                TestProcesses.await(processes.launch(broken, "/bin/sh", "-c", "echo a; echo b; echo c >&2"));

        assertThat(processes.exitOf(child)).isEqualTo(new ProcessExit(0));
        assertThat(processes.stderr).containsExactly("c");
    }

    @Test
    void reportsTheExitCode() {
        assertThat(processes.exitOf(processes.sh("exit 42"))).isEqualTo(new ProcessExit(42));
    }

    @Test
    void reportsTheExitOfAChildWhoseChildKeepsTheOutputOpen() {
        ChildProcess child = processes.sh("sleep 15 & echo $!; exit 0");

        assertThat(child.exit().block(Duration.ofSeconds(5))).isEqualTo(new ProcessExit(0));
        ProcessHandle.of(Long.parseLong(processes.stdout.get(0))).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void aProgramThatIsMissingIsAnErrorThatNamesIt() {
        assertThatThrownBy(() -> processes.start("/no/such/program", "secret-argument"))
                .rootCause()
                .isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e).message().doesNotContain("secret-argument"));
        assertThatThrownBy(() -> processes.start("/no/such/program")).hasMessageContaining("/no/such/program");
    }

    @Test
    void theChildSeesTheGivenEnvironmentAndDirectoryOnly() {
        ProcessSpec spec = new ProcessSpec(List.of("/usr/bin/env"), Map.of("ONLY", "this"), Path.of("/usr"));
        ProcessOutput output = recording();
        ChildProcess child = TestProcesses.await(processes.launcher().launch(() -> spec, processes.loop, output));
        processes.exitOf(child);
        assertThat(processes.stdout).containsExactly("ONLY=this");

        processes.stdout.clear();
        ProcessSpec pwd = new ProcessSpec(List.of("/bin/pwd"), Map.of(), Path.of("/usr"));
        processes.exitOf(TestProcesses.await(processes.launcher().launch(() -> pwd, processes.loop, output)));
        assertThat(processes.stdout).containsExactly("/usr");
    }

    private ProcessOutput recording() {
        return new ProcessOutput() {
            @Override
            public void onStdout(String line) {
                processes.stdout.add(line);
            }

            @Override
            public void onStderr(String line) {
                processes.stderr.add(line);
            }
        };
    }

    @Test
    void theChildHasNoDescriptorButItsThree() {
        List<ChildProcess> others =
                IntStream.range(0, 5).mapToObj(i -> processes.start("/bin/cat")).toList();
        // ls opens the directory that it lists, hence the fourth.
        processes.exitOf(processes.start("/bin/ls", "/proc/self/fd"));
        assertThat(processes.stdout).containsExactly("0", "1", "2", "3");
        others.forEach(other -> feed(other, Flux.empty()));
        others.forEach(processes::exitOf);
    }

    @Test
    void theLastStepOfTheLadderKills() {
        ChildProcess child = processes.sh("trap '' TERM; echo ready; while :; do sleep 0.05; done");
        Awaitility.await().until(() -> processes.stdout.contains("ready"));

        assertThat(child.shutdown(TestProcesses.LADDER).block(TestProcesses.PATIENCE))
                .isEqualTo(new ProcessExit(128 + 9));
    }

    @Test
    void aChildThatExitsOnTheSecondSignalIsNotKilled() {
        ChildProcess child = processes.sh(
                "n=0; trap 'n=$((n+1)); [ $n = 2 ] && exit 7' TERM; echo ready;" + " while :; do sleep 0.02; done");
        Awaitility.await().until(() -> processes.stdout.contains("ready"));

        // Two signals that come while a busy machine runs something else count as one, and a third one kills.
        ShutdownLadder patient = new ShutdownLadder(
                Duration.ofMillis(100), Duration.ofSeconds(2), TestProcesses.PATIENCE, TestProcesses.PATIENCE);
        assertThat(child.shutdown(patient).block(TestProcesses.PATIENCE)).isEqualTo(new ProcessExit(7));
    }

    @Test
    void aChildThatExitsAtTheEndOfItsInputGetsNoSignal() {
        ChildProcess child = processes.start("/bin/cat");

        assertThat(child.shutdown(TestProcesses.LADDER).block(TestProcesses.PATIENCE))
                .isEqualTo(new ProcessExit(0));
        assertThat(child.shutdown(TestProcesses.LADDER).block(TestProcesses.PATIENCE))
                .isEqualTo(new ProcessExit(0));
    }

    @Test
    void aLaunchThatIsCancelledLeavesNoProcess() {
        long before = liveCats();
        for (int i = 0; i < 20; i++) {
            processes.launch("/bin/cat").subscribe().dispose();
        }
        ChildProcess last = processes.start("/bin/cat");
        Awaitility.await().until(() -> liveCats() == before + 1);
        feed(last, Flux.empty());
        processes.exitOf(last);
    }

    private static long liveCats() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().command().orElse("").endsWith("/cat"))
                .count();
    }

    @Test
    void aHundredChildrenLeaveNoDescriptorBehind() {
        processes.exitOf(processes.sh("exit 0"));
        long before = openDescriptors();
        List<ChildProcess> all = IntStream.range(0, 100)
                .mapToObj(i -> processes.sh(i % 2 == 0 ? "wc -c" : "exit 1"))
                .toList();
        all.forEach(child -> feed(child, Flux.just(1).map(i -> direct(noise(i, ITEM_BYTES)))));
        all.forEach(processes::exitOf);

        Awaitility.await().untilAsserted(() -> assertThat(openDescriptors()).isLessThanOrEqualTo(before));
    }

    static long openDescriptors() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.count() - 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean stopped(ChildProcess child) {
        try {
            return Files.readString(Path.of("/proc/" + child.pid() + "/stat")).contains(") T ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void signal(ChildProcess child, String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(child.pid()))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A counter's value once it has not changed for a while. */
    static int settled(IntSupplier counter) {
        int[] last = {-1};
        Awaitility.await().during(Duration.ofMillis(300)).until(() -> {
            int now = counter.getAsInt();
            boolean same = now == last[0];
            last[0] = now;
            return same;
        });
        return last[0];
    }
}

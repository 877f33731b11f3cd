package io.sluice.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.EpollIoHandler;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class EpollChildProcessTest extends ChildProcessContract {

    @Override
    IoHandlerFactory transport() {
        return EpollIoHandler.newFactory();
    }

    @Test
    void theLoopCanWatchPipes() {
        assertThat(EpollPipeTransport.supports(processes.loop)).isTrue();
    }

    @Test
    void anIdleChildCostsTheLoopNothing() {
        ChildProcess child = processes.start("/bin/cat");
        feed(child, Flux.never());
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long[] id = new long[1];
        processes.onLoop(() -> id[0] = Thread.currentThread().getId());
        long before = threads.getThreadCpuTime(id[0]);
        settled(() -> 0);
        settled(() -> 0);

        // A level-triggered registration would have used all of the 600 ms.
        assertThat(threads.getThreadCpuTime(id[0]) - before).isLessThan(100_000_000);
        assertThat(child.shutdown(TestProcesses.LADDER).block(TestProcesses.PATIENCE))
                .isEqualTo(new ProcessExit(0));
    }

    /** Some hundred thousand lines a second, in as many writes; without a bound they take all of the loop's time. */
    @Test
    void aChildThatPrintsWithoutEndCostsTheLoopLittle() {
        ChildProcess child = processes.sh("while :; do echo '[warning] Queue input is backward in time'; done >&2");
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long[] id = new long[1];
        processes.onLoop(() -> id[0] = Thread.currentThread().getId());
        Awaitility.await().until(() -> processes.skipped.get() > 0);
        long before = threads.getThreadCpuTime(id[0]);
        long started = System.nanoTime();
        Awaitility.await().until(() -> System.nanoTime() - started > 1_000_000_000);
        double share = (double) (threads.getThreadCpuTime(id[0]) - before) / (System.nanoTime() - started);

        assertThat(share).isLessThan(0.05);
        assertThat(child.shutdown(TestProcesses.LADDER).block(TestProcesses.PATIENCE))
                .isNotNull();
    }

    @Test
    void aChildUsesNoThread() {
        List<ChildProcess> all = IntStream.range(0, 30)
                .mapToObj(i -> processes.sh("kill -STOP $$"))
                .toList();
        all.forEach(child -> feed(child, Flux.range(0, 5).map(i -> direct(noise(i, 100_000)))));

        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(
                        name -> name.startsWith("sluice-process-writer") || name.startsWith("sluice-process-poller"));
        all.forEach(child -> signal(child, "KILL"));
        all.forEach(processes::exitOf);
    }
}

package io.sluice.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.EpollIoHandler;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class EpollChildProcessTest extends ChildProcessContract {

    @Override
    IoHandlerFactory transport() {
        return EpollIoHandler.newFactory();
    }

    @Test
    void theLoopCanWatchPipes() {
        assertThat(EpollPipeTransport.supports(children.loop)).isTrue();
    }

    @Test
    void anIdleChildCostsTheLoopNothing() {
        ChildProcess child = children.start("/bin/cat");
        feed(child, Flux.never());
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long[] id = new long[1];
        children.onLoop(() -> id[0] = Thread.currentThread().getId());
        long before = threads.getThreadCpuTime(id[0]);
        settled(() -> 0);
        settled(() -> 0);

        // A level-triggered registration would have used all of the 600 ms.
        assertThat(threads.getThreadCpuTime(id[0]) - before).isLessThan(100_000_000);
        assertThat(child.shutdown(Children.LADDER).block(Children.PATIENCE)).isEqualTo(new ProcessExit(0));
    }

    @Test
    void aChildUsesNoThread() {
        List<ChildProcess> all = IntStream.range(0, 30)
                .mapToObj(i -> children.sh("kill -STOP $$"))
                .toList();
        all.forEach(child -> feed(child, Flux.range(0, 5).map(i -> direct(noise(i, 100_000)))));

        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(
                        name -> name.startsWith("sluice-process-writer") || name.startsWith("sluice-process-poller"));
        all.forEach(child -> signal(child, "KILL"));
        all.forEach(children::exitOf);
    }
}

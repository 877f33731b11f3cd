package io.sluice.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.nio.NioIoHandler;
import org.junit.jupiter.api.Test;

/** The same contract where the event loop cannot watch pipes, as on macOS, on Windows and on NIO. */
class BlockingChildProcessTest extends ChildProcessContract {

    @Override
    IoHandlerFactory transport() {
        return NioIoHandler.newFactory();
    }

    @Test
    void theLoopCannotWatchPipes() {
        assertThat(EpollPipeTransport.serves(children.loop)).isFalse();
    }
}

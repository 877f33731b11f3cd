package io.sluice.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.nio.NioIoHandler;
import org.junit.jupiter.api.Test;

/** The same contract on event loops that cannot watch pipes: macOS, Windows, NIO. */
class BlockingChildProcessTest extends ChildProcessContract {

    @Override
    IoHandlerFactory transport() {
        return NioIoHandler.newFactory();
    }

    @Test
    void theLoopCannotWatchPipes() {
        assertThat(EpollPipeTransport.supports(children.loop)).isFalse();
    }
}

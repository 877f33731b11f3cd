package io.sluice.gateway.process;

import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The readable end of a pipe on an event loop's epoll instance.
 *
 * <p>Level-triggered and one read an event: what is left brings the next event, after everybody else has had a turn.
 */
final class EpollLineSource extends EpollPipe implements LineSource {

    private static final int READ_BYTES = 8 * 1_024;

    /** One buffer for all children of a loop: its content is consumed before the read returns. */
    private static final FastThreadLocal<ByteBuffer> READ_BUFFER = new FastThreadLocal<>() {
        @Override
        protected ByteBuffer initialValue() {
            return ByteBuffer.allocateDirect(READ_BYTES);
        }
    };

    private @Nullable LineSplitter splitter;
    private Runnable onClosed = () -> {};
    private boolean closedTold;

    EpollLineSource(FileDescriptor descriptor) {
        super(descriptor, EpollIoOps.EPOLLIN);
    }

    @Override
    public void listen(LineSplitter splitter, Runnable onClosed) {
        this.splitter = splitter;
        this.onClosed = onClosed;
    }

    @Override
    void ready(EpollIoOps events) throws IOException {
        // The end of the stream comes as EPOLLHUP without EPOLLIN, so every event is a reason to read.
        ByteBuffer buffer = READ_BUFFER.get();
        buffer.clear();
        int read = fd().read(buffer, 0, buffer.capacity());
        if (read < 0) {
            close();
        } else if (read > 0 && splitter != null) {
            splitter.accept(buffer.limit(read));
        }
    }

    @Override
    public void close() {
        super.close();
        if (!closedTold) {
            closedTold = true;
            if (splitter != null) {
                splitter.finish();
            }
            onClosed.run();
        }
    }
}

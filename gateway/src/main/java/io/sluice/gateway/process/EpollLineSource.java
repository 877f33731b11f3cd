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
 * <p>Level-triggered, with one read per event: remaining bytes cause another event after other handles had their turn.
 */
final class EpollLineSource extends EpollPipe implements LineSource {

    private static final int READ_BYTES = 8 * 1_024;

    /** Shared by all children of an event loop: its content is consumed within {@link #ready}. */
    private static final FastThreadLocal<ByteBuffer> READ_BUFFER = new FastThreadLocal<>() {
        @Override
        protected ByteBuffer initialValue() {
            return ByteBuffer.allocateDirect(READ_BYTES);
        }
    };

    private @Nullable LineSplitter splitter;
    private Runnable onClosed = () -> {};
    private boolean closeNotified;

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
        // The end of the stream is signalled as EPOLLHUP without EPOLLIN, so read on every event.
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
        if (!closeNotified) {
            closeNotified = true;
            if (splitter != null) {
                splitter.finish();
            }
            onClosed.run();
        }
    }
}

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
 * A child that prints too much is read a hundred times a second, rather than at each of its writes.
 */
final class EpollLineSource extends EpollPipe implements LineSource {

    /** All that a pipe holds, so that one read empties it. */
    private static final int READ_BYTES = 64 * 1_024;

    /** How often a child that prints too much is read: in this time it can fill its pipe. */
    private static final int PAUSE_MILLIS = 10;

    /** Shared by all children of an event loop: its content is consumed within {@link #ready}. */
    private static final FastThreadLocal<ByteBuffer> READ_BUFFER = new FastThreadLocal<>() {
        @Override
        protected ByteBuffer initialValue() {
            return ByteBuffer.allocateDirect(READ_BYTES);
        }
    };

    private @Nullable MeteredLines lines;
    private Runnable onClosed = () -> {};
    private boolean closeNotified;

    EpollLineSource(FileDescriptor descriptor) {
        super(descriptor, EpollIoOps.EPOLLIN);
    }

    @Override
    public void listen(MeteredLines lines, Runnable onClosed) {
        this.lines = lines;
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
        } else if (read > 0 && lines != null && !lines.accept(buffer.limit(read))) {
            pause(PAUSE_MILLIS);
        }
    }

    @Override
    public void close() {
        super.close();
        if (!closeNotified) {
            closeNotified = true;
            if (lines != null) {
                lines.finish();
            }
            onClosed.run();
        }
    }
}

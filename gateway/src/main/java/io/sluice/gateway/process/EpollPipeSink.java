package io.sluice.gateway.process;

import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The writable end of a pipe on an event loop's epoll instance.
 *
 * <p>Registered once, edge-triggered: a level-triggered registration would wake the event loop whenever the pipe has
 * room and there is nothing to write, which is nearly always.
 */
final class EpollPipeSink extends EpollPipe implements PipeSink {

    private static final EpollIoOps WRITABLE_EDGE = EpollIoOps.EPOLLOUT.with(EpollIoOps.EPOLLET);
    private static final int MAX_COPY_BYTES = 64 * 1_024;

    private Runnable onWritable = () -> {};
    private Runnable onBroken = () -> {};

    EpollPipeSink(FileDescriptor descriptor) {
        super(descriptor, WRITABLE_EDGE);
    }

    @Override
    public void listen(Runnable onWritable, Runnable onBroken) {
        this.onWritable = onWritable;
        this.onBroken = onBroken;
    }

    @Override
    void ready(EpollIoOps events) {
        if (events.contains(EpollIoOps.EPOLLERR)) {
            // The last reader has closed the pipe. This arrives within milliseconds of a child's death, before its
            // exit.
            onBroken.run();
        } else {
            onWritable.run();
        }
    }

    @Override
    public boolean write(ByteBuf buffer) throws IOException {
        while (buffer.isReadable()) {
            int offered = buffer.hasMemoryAddress() ? buffer.readableBytes() : firstPieceBytes(buffer);
            int written = buffer.hasMemoryAddress() ? writeAddress(buffer, offered) : writePiece(buffer, offered);
            buffer.skipBytes(written);
            if (written < offered) {
                // The pipe is full. The next edge signals room; another write now would only return EAGAIN.
                return false;
            }
        }
        return true;
    }

    private int writeAddress(ByteBuf buffer, int length) throws IOException {
        return fd().writeAddress(buffer.memoryAddress(), buffer.readerIndex(), buffer.readerIndex() + length);
    }

    private static int firstPieceBytes(ByteBuf buffer) {
        int bytes = buffer.nioBufferCount() == 1 ? buffer.readableBytes() : buffer.nioBuffers()[0].remaining();
        return Math.min(bytes, MAX_COPY_BYTES);
    }

    /**
     * For heap and composite buffers and, if Netty runs without Unsafe, direct ones; media from a socket is rarely any
     * of these.
     */
    private int writePiece(ByteBuf buffer, int length) throws IOException {
        ByteBuffer bytes = buffer.nioBuffer(buffer.readerIndex(), length);
        if (bytes.isDirect()) {
            return fd().write(bytes, bytes.position(), bytes.limit());
        }
        // The native write needs direct memory.
        ByteBuf copy = buffer.alloc().directBuffer(length);
        try {
            copy.writeBytes(bytes);
            return fd().write(copy.nioBuffer(), 0, length);
        } finally {
            copy.release();
        }
    }
}

package io.sluice.gateway.process;

import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The writable end of a pipe on an event loop's epoll instance.
 *
 * <p>It is registered edge-triggered, once: a level-triggered registration would wake the loop for as long as the pipe has room and there
 * is nothing to write, which is nearly always.
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
            // The last reader has gone. This comes within milliseconds of a child's death, before its exit is known.
            onBroken.run();
        } else {
            onWritable.run();
        }
    }

    @Override
    public boolean write(ByteBuf buffer) throws IOException {
        while (buffer.isReadable()) {
            int offered = buffer.hasMemoryAddress() ? buffer.readableBytes() : firstPieceBytes(buffer);
            int taken = buffer.hasMemoryAddress() ? writeAddress(buffer, offered) : writePiece(buffer, offered);
            buffer.skipBytes(taken);
            if (taken < offered) {
                // A part taken means that the pipe is full: the next edge tells, and another try would only be answered
                // EAGAIN.
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

    /** For heap, composite and, where Netty runs without Unsafe, direct buffers; media from a socket rarely comes here. */
    private int writePiece(ByteBuf buffer, int length) throws IOException {
        ByteBuffer bytes = buffer.nioBuffer(buffer.readerIndex(), length);
        if (bytes.isDirect()) {
            return fd().write(bytes, bytes.position(), bytes.limit());
        }
        // The native write takes direct memory only.
        ByteBuf copy = buffer.alloc().directBuffer(length);
        try {
            copy.writeBytes(bytes);
            return fd().write(copy.nioBuffer(), 0, length);
        } finally {
            copy.release();
        }
    }
}

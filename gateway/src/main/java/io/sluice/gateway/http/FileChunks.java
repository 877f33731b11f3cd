package io.sluice.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.ReferenceCountUtil;
import io.sluice.gateway.output.PreviewFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.netty.NettyPipeline;

/**
 * A file that is read in small pieces, each when the client has taken the one before, on a scheduler for blocking work.
 * Holds no descriptor in between: a client that does not read costs one piece of memory and nothing else. If the file
 * is deleted meanwhile, the response breaks off.
 *
 * <p>Confined to the event loop of its connection, except for the reading.
 */
final class FileChunks implements ChunkedInput<ByteBuf> {

    static final int CHUNK_BYTES = 16 * 1_024;

    private final Channel channel;
    private final Path file;
    private final long length;
    private final Scheduler blocking;
    private long position;
    private @Nullable ByteBuf next;
    private @Nullable Throwable failure;
    private boolean isReading;
    private boolean isClosed;

    /**
     * The length of a file and its first piece, of the same moment: FFmpeg replaces a playlist while it is read.
     *
     * @param length of the whole file
     * @param bytes all of a small file
     */
    record Start(long length, ByteBuffer bytes) {

        /** Reads it. Blocks. */
        static Start of(Path file) throws IOException {
            try (FileChannel channel = PreviewFile.open(file)) {
                long length = channel.size();
                ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, length));
                while (bytes.hasRemaining()) {
                    if (channel.read(bytes) < 0) {
                        throw new EOFException();
                    }
                }
                return new Start(length, bytes.flip());
            }
        }
    }

    /**
     * A response's body.
     *
     * @param channel the connection; the handler that asks for the pieces is added to it. On its event loop
     * @param file what to send
     * @param start its first piece
     * @param blocking where the rest is read
     */
    FileChunks(Channel channel, Path file, Start start, Scheduler blocking) {
        this.channel = channel;
        this.file = file;
        this.length = start.length();
        this.next = start.bytes().hasRemaining() ? Unpooled.wrappedBuffer(start.bytes()) : null;
        this.blocking = blocking;
        if (channel.pipeline().get(ChunkedWriteHandler.class) == null) {
            channel.pipeline()
                    .addBefore(NettyPipeline.ReactiveBridge, NettyPipeline.ChunkedWriter, new ChunkedWriteHandler());
        }
    }

    @Override
    public boolean isEndOfInput() {
        return position == length && next == null && failure == null;
    }

    @Override
    public @Nullable ByteBuf readChunk(ByteBufAllocator allocator) throws IOException {
        Throwable failed = failure;
        if (failed != null) {
            throw new IOException("The preview is gone", failed);
        }
        ByteBuf chunk = next;
        if (chunk != null) {
            next = null;
            position += chunk.readableBytes();
        } else if (!isReading && position < length) {
            isReading = true;
            read(allocator, position, (int) Math.min(CHUNK_BYTES, length - position));
        }
        return chunk;
    }

    /** The handler calls the other one. */
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // Not called.
    @Override
    public @Nullable ByteBuf readChunk(ChannelHandlerContext context) throws IOException {
        return readChunk(context.alloc());
    }

    private void read(ByteBufAllocator allocator, long from, int bytes) {
        blocking.schedule(() -> {
            try {
                ByteBuf chunk = readFully(allocator, from, bytes);
                onLoop(() -> arrived(chunk, null), chunk);
            } catch (IOException e) {
                onLoop(() -> arrived(null, e), null);
            }
        });
    }

    private void onLoop(Runnable arrival, @Nullable ByteBuf chunk) {
        try {
            channel.eventLoop().execute(arrival);
        } catch (RejectedExecutionException e) {
            // The server has stopped.
            ReferenceCountUtil.release(chunk);
        }
    }

    private ByteBuf readFully(ByteBufAllocator allocator, long from, int bytes) throws IOException {
        ByteBuf chunk = allocator.directBuffer(bytes, bytes);
        try (FileChannel channel = PreviewFile.open(file)) {
            while (chunk.isWritable()) {
                if (chunk.writeBytes(channel, from + chunk.readableBytes(), chunk.writableBytes()) < 0) {
                    throw new EOFException();
                }
            }
            return chunk;
        } catch (IOException e) {
            chunk.release();
            throw e;
        }
    }

    private void arrived(@Nullable ByteBuf chunk, @Nullable Throwable error) {
        isReading = false;
        if (isClosed) {
            if (chunk != null) {
                chunk.release();
            }
            return;
        }
        next = chunk;
        failure = error;
        ChunkedWriteHandler writer = channel.pipeline().get(ChunkedWriteHandler.class);
        if (writer != null) {
            writer.resumeTransfer();
        }
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        if (next != null) {
            next.release();
            next = null;
        }
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long progress() {
        return position;
    }
}

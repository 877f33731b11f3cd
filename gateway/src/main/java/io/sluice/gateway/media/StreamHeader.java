package io.sluice.gateway.media;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a stream's initialisation segment, for a run of FFmpeg that starts in the middle of the stream: of WebM and
 * Matroska everything before the first Cluster, of fragmented MP4 everything before the first {@code moof}. Where it
 * ends, a {@link io.sluice.gateway.media.container.ContainerObserver} says.
 *
 * <p>It copies at most {@value #MAX_BYTES} bytes. A header that is longer is not kept. Confined to the stream's event
 * loop. {@link #release()} when the stream ends.
 */
public final class StreamHeader {

    /** MediaRecorder writes some 200 bytes of WebM and 1,300 of MP4. Other programs add tags and pictures. */
    static final int MAX_BYTES = 256 * 1_024;

    private static final int INITIAL_BYTES = 256;

    private @Nullable ByteBuf bytes;
    private boolean isOpen = true;

    /** Nothing yet. */
    public StreamHeader() {}

    /**
     * Copies the next bytes of the stream, which may belong to the header. The buffer and its indices stay as they are.
     *
     * @param media what follows on the bytes of the call before, cut anywhere
     */
    public void append(ByteBuf media) {
        if (!isOpen || !media.isReadable()) {
            return;
        }
        ByteBuf kept = bytes == null ? media.alloc().buffer(INITIAL_BYTES, MAX_BYTES) : bytes;
        bytes = kept;
        if (kept.maxWritableBytes() == 0) {
            // It did not end within the bytes of the call before.
            release();
            return;
        }
        kept.writeBytes(media, media.readerIndex(), Math.min(media.readableBytes(), kept.maxWritableBytes()));
    }

    /**
     * The header is complete. Call it before more bytes are appended.
     *
     * @param position of the first byte behind it
     */
    public void end(long position) {
        ByteBuf kept = bytes;
        if (!isOpen || kept == null) {
            return;
        }
        if (position > kept.writerIndex()) {
            release();
        } else {
            isOpen = false;
            kept.writerIndex((int) position);
            kept.capacity((int) position);
        }
    }

    /**
     * Whether bytes can still belong to the header.
     *
     * @return false once it has ended or has been released
     */
    public boolean isOpen() {
        return isOpen;
    }

    /**
     * Whether the header is complete and kept.
     *
     * @return false before its last byte, and if it cannot be kept
     */
    public boolean isComplete() {
        return !isOpen && bytes != null;
    }

    /**
     * The length of the header.
     *
     * @return a number of bytes; 0 unless {@linkplain #isComplete() complete}
     */
    public int length() {
        ByteBuf kept = bytes;
        return kept == null || isOpen ? 0 : kept.writerIndex();
    }

    /**
     * The header.
     *
     * @return a buffer of its own, whose reference is the caller's; empty unless {@linkplain #isComplete() complete}
     */
    public ByteBuf copy() {
        ByteBuf kept = bytes;
        return kept == null || isOpen ? Unpooled.EMPTY_BUFFER : kept.copy();
    }

    /** Releases what is kept, for good. */
    public void release() {
        isOpen = false;
        if (bytes != null) {
            bytes.release();
            bytes = null;
        }
    }
}

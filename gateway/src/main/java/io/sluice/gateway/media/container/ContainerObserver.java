package io.sluice.gateway.media.container;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Follows the structure of a stream in WebM, Matroska or fragmented MP4 from its first byte to its last: where the
 * header ends, and which sample of which track has which time. It reads what passes by, cut anywhere, and keeps nothing
 * but the head of the element that it is in. Media bytes are skipped; nothing is allocated per sample.
 *
 * <p>A stream that does not keep to its container's rules is no longer {@linkplain #follows() followed} from there on.
 * FFmpeg may still make something of it.
 *
 * <p>One per stream, on the stream's event loop. It does not block and does not throw on any input.
 */
public final class ContainerObserver {

    private static final int EBML_FIRST_BYTE = 0x1a;

    private final ContainerListener listener;
    private @Nullable StructureWalker walker;

    /**
     * An observer of a new stream.
     *
     * @param listener receives what it finds
     */
    public ContainerObserver(ContainerListener listener) {
        this.listener = listener;
    }

    /**
     * Reads the next bytes. The buffer and its indices stay as they are.
     *
     * @param media what follows on the bytes of the call before, cut anywhere
     */
    public void inspect(ByteBuf media) {
        if (!media.isReadable()) {
            return;
        }
        StructureWalker current = walker;
        if (current == null) {
            boolean ebml = media.getByte(media.readerIndex()) == EBML_FIRST_BYTE;
            current = ebml ? new EbmlWalker(listener) : new Mp4Walker(listener);
            walker = current;
        }
        current.accept(media);
    }

    /**
     * Whether the structure has been understood so far.
     *
     * @return true before the first byte; once false, always false
     */
    public boolean follows() {
        return walker == null || walker.follows();
    }
}

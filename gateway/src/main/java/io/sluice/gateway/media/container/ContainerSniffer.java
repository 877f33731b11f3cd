package io.sluice.gateway.media.container;

import io.netty.buffer.ByteBuf;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Learns what a stream is from its first bytes, whatever anybody declared. It reads the header of WebM, Matroska or MP4 as it comes
 * in, never message by message: Chromium's recorder ends a chunk one byte into the next element, and its first chunk may be that one
 * byte.
 *
 * <p>The format names the first video and the first audio track. A track of another kind, such as subtitles, is passed over.
 *
 * <p>One per stream. Not thread-safe; used on the event loop of the stream. It neither blocks nor throws whatever the bytes are, holds
 * at most 64 KiB, and each byte costs the same however the stream is cut.
 */
public final class ContainerSniffer {

    private static final String EBML_START = "\u001aE\u00df\u00a3";

    /** A size of less than 64 KiB, whose lower half may be anything, and behind it the type of the first box. */
    private static final String MP4_SIZE_START = "\0\0";

    private static final String MP4_TYPE = "ftyp";
    private static final int MP4_TYPE_POSITION = 4;

    private final HeaderBytes header = new HeaderBytes();
    private final long maxPixels;
    private @Nullable HeaderParser parser;
    private Optional<Result<MediaFormat>> verdict = Optional.empty();

    /** Starts with the first byte of a stream, whose pictures may have any size. */
    public ContainerSniffer() {
        this(Long.MAX_VALUE);
    }

    /**
     * Starts with the first byte of a stream.
     *
     * @param maxPixels pixels of the largest picture that is taken, width times height; a header that tells of a larger one is refused
     */
    public ContainerSniffer(long maxPixels) {
        this.maxPixels = maxPixels;
    }

    /**
     * Looks at the next bytes of the stream. The bytes between the reader and the writer index are read where they are; both indices
     * stay, and so does the ownership: what is needed is copied, and nothing is kept or released.
     *
     * @param bytes what follows on the bytes of the call before, of any length
     * @return nothing while the format is not known; then the format, or a refusal with {@link FailureCode#UNRECOGNIZED_MEDIA} that
     *     comes with the first byte that shows it, and at the latest with the 65,536th byte of the stream; from then on always the same
     */
    public Optional<Result<MediaFormat>> accept(ByteBuf bytes) {
        int index = bytes.readerIndex();
        while (verdict.isEmpty() && index < bytes.writerIndex()) {
            index += header.append(bytes, index);
            verdict = look();
        }
        if (verdict.isPresent()) {
            header.clear();
            parser = null;
        }
        return verdict;
    }

    private Optional<Result<MediaFormat>> look() {
        if (parser == null) {
            boolean ebml = header.agreesWith(0, EBML_START);
            boolean mp4 = header.agreesWith(0, MP4_SIZE_START) && header.agreesWith(MP4_TYPE_POSITION, MP4_TYPE);
            if (!ebml && !mp4) {
                return Optional.of(MediaErrors.start(header));
            }
            if (!header.has(0, ebml ? EBML_START.length() : MP4_TYPE_POSITION + MP4_TYPE.length())) {
                return Optional.empty();
            }
            parser = ebml ? new EbmlTracks(header, maxPixels) : new Mp4Tracks(header, maxPixels);
        }
        return parser.advance();
    }

    /** What is held of the stream, for the tests. */
    int heldBytes() {
        return header.capacity();
    }
}

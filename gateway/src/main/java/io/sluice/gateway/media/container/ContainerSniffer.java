package io.sluice.gateway.media.container;

import io.netty.buffer.ByteBuf;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Determines a stream's format from its first bytes, independent of what was announced. It parses the header of WebM,
 * Matroska or MP4 incrementally, ignoring message boundaries: Chromium's recorder ends a chunk one byte into the next
 * element, and its first chunk may be that one byte.
 *
 * <p>The format names the first video and the first audio track. Tracks of other kinds, such as subtitles, are skipped.
 *
 * <p>One per stream. Not thread-safe; used on the stream's event loop. It does not block and does not throw on any
 * input, buffers at most 64 KiB, and its cost per byte does not depend on how the stream is split. Tags, attachments
 * and padding before the tracks are skipped without being buffered.
 */
public final class ContainerSniffer {

    /** A header that is longer than a mebibyte is refused. */
    public static final int MAX_HEADER_BYTES = HeaderBytes.MAX_HEADER_BYTES;

    private static final String EBML_START = "\u001aE\u00df\u00a3";

    /** The upper half of a box size below 64 KiB; the lower half may be anything, and the box type follows. */
    private static final String MP4_SIZE_START = "\0\0";

    private static final String MP4_TYPE = "ftyp";
    private static final int MP4_TYPE_POSITION = 4;

    private final HeaderBytes header = new HeaderBytes();
    private final long maxPixels;
    private @Nullable HeaderParser parser;
    private Optional<Result<MediaFormat>> result = Optional.empty();
    private MediaDetails details = MediaDetails.UNKNOWN;

    /** Creates a sniffer for a new stream that accepts pictures of any size. */
    public ContainerSniffer() {
        this(Long.MAX_VALUE);
    }

    /**
     * Creates a sniffer for a new stream.
     *
     * @param maxPixels maximum pixels of a picture, width times height; a header with a larger one is refused
     */
    public ContainerSniffer(long maxPixels) {
        this.maxPixels = maxPixels;
    }

    /**
     * Inspects the next bytes of the stream, between the reader and the writer index. The indices do not change and the
     * caller keeps ownership: what is needed is copied, and the buffer is neither retained nor released.
     *
     * @param bytes the bytes that follow those of the previous call, any number
     * @return empty while the format is unknown; then the format or a refusal with
     *     {@link FailureCode#UNRECOGNIZED_MEDIA}, on the first byte that determines it, and at the latest once
     *     {@link #MAX_HEADER_BYTES} of the stream were inspected; afterwards always the same
     */
    public Optional<Result<MediaFormat>> accept(ByteBuf bytes) {
        int index = bytes.readerIndex();
        while (result.isEmpty() && index < bytes.writerIndex()) {
            index += header.append(bytes, index);
            result = parse();
        }
        if (result.isPresent()) {
            if (parser != null) {
                details = parser.tracks.details();
            }
            header.clear();
            parser = null;
        }
        return result;
    }

    /**
     * What the header says about the tracks beyond their codecs.
     *
     * @return {@link MediaDetails#UNKNOWN} until {@link #accept} has returned a format
     */
    public MediaDetails details() {
        return details;
    }

    private Optional<Result<MediaFormat>> parse() {
        if (parser == null) {
            boolean ebml = header.couldMatch(0, EBML_START);
            boolean mp4 = header.couldMatch(0, MP4_SIZE_START) && header.couldMatch(MP4_TYPE_POSITION, MP4_TYPE);
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

    /** The buffered bytes, for tests. */
    int bufferedBytes() {
        return header.capacity();
    }
}

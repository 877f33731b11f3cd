package io.sluice.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.media.container.ContainerListener;
import io.sluice.gateway.media.container.ContainerObserver;
import io.sluice.gateway.media.container.MediaTrack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoBufferLeaks.class)
class StreamHeaderTest {

    private static final int TOO_LONG = StreamHeader.MAX_BYTES + 16_000;

    private static final byte[] CLUSTER = {0x1F, 0x43, (byte) 0xB6, 0x75};

    /** A header together with the observer that says where it ends. */
    private static final class Observed implements ContainerListener {
        private final StreamHeader header = new StreamHeader();
        private final ContainerObserver observer = new ContainerObserver(this);

        void inspect(ByteBuf media) {
            header.append(media);
            observer.inspect(media);
            if (header.isOpen() && !observer.follows()) {
                header.release();
            }
        }

        @Override
        public void onHeaderEnd(long position) {
            header.end(position);
        }

        @Override
        public void onSample(MediaTrack track, long decode, long presentation, boolean keyFrame, long position) {}

        @Override
        public void onNewHeader(long position) {}
    }

    private static byte[] recording(String name) {
        try {
            return Files.readAllBytes(Path.of("src/test/resources/fixtures", name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The first place where the bytes stand: unambiguous in these recordings, whose headers hold neither of the two.
     */
    private static int indexOf(byte[] all, byte[] part) {
        return IntStream.range(0, all.length)
                .filter(i ->
                        i + part.length <= all.length && Arrays.equals(all, i, i + part.length, part, 0, part.length))
                .findFirst()
                .orElseThrow();
    }

    private static int headerLength(String name, byte[] media) {
        return name.endsWith("webm")
                ? indexOf(media, CLUSTER)
                : indexOf(media, "moof".getBytes(StandardCharsets.US_ASCII)) - 4;
    }

    private static void inspect(Observed header, byte[] media, int from, int to) {
        ByteBuf piece = ByteBufAllocator.DEFAULT.directBuffer(Math.max(1, to - from));
        piece.writeBytes(media, from, to - from);
        header.inspect(piece);
        assertThat(piece.readableBytes()).isEqualTo(to - from);
        piece.release();
    }

    private static void assertHeader(StreamHeader header, byte[] expected) {
        assertThat(header.isComplete()).isTrue();
        assertThat(header.length()).isEqualTo(expected.length);
        ByteBuf copy = header.copy();
        assertThat(ByteBufUtil.getBytes(copy)).isEqualTo(expected);
        copy.release();
        header.release();
        assertThat(header.isComplete()).isFalse();
        assertThat(header.copy()).isSameAs(Unpooled.EMPTY_BUFFER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "webm-vp8-opus.webm",
                "webm-vp9-opus.webm",
                "webm-av1-opus.webm",
                "webm-h264-opus.webm",
                "webm-h264-videoonly.webm",
                "webm-opus-audioonly.webm",
                "mp4-avc1-opus.mp4",
                "mp4-avc1-opus-defaultgop.mp4"
            })
    void theHeaderIsKeptWhereverTheStreamIsCut(String name) {
        byte[] media = recording(name);
        int length = headerLength(name, media);
        byte[] expected = Arrays.copyOf(media, length);
        for (int cut = 0; cut <= length + 20; cut++) {
            Observed header = new Observed();
            inspect(header, media, 0, cut);
            inspect(header, media, cut, media.length);
            assertHeader(header.header, expected);
        }
        Observed byteByByte = new Observed();
        for (int i = 0; i < length + 20; i++) {
            inspect(byteByByte, media, i, i + 1);
        }
        assertHeader(byteByByte.header, expected);
    }

    @ParameterizedTest
    @CsvSource({
        "a progressive MP4, 00000008667479700000000c6d64617400000000",
        "a box that reaches to the end, 000000006674797000000000",
        "an element of unknown size, 1a45dfa3801549a966ff",
        "a size with no marker, 1a45dfa30000000000",
        "zeros, 0000000000000000000000"
    })
    void whatCannotBeFollowedIsNotKept(String what, String hex) {
        Observed header = new Observed();
        header.inspect(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)));
        assertThat(header.header.isComplete()).as(what).isFalse();
        assertThat(header.header.length()).isZero();
        header.inspect(Unpooled.wrappedBuffer(CLUSTER));
        assertThat(header.header.isComplete()).isFalse();
        header.header.release();
    }

    @Test
    void aHeaderThatNeverEndsIsForgotten() {
        Observed header = new Observed();
        // An EBML header and a Segment, then empty Void elements without end.
        header.inspect(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("1a45dfa38018538067ff")));
        ByteBuf voids = Unpooled.buffer(TOO_LONG);
        while (voids.writerIndex() < TOO_LONG) {
            voids.writeShort(0xEC80);
        }
        header.inspect(voids);
        assertThat(header.header.isComplete()).isFalse();
        header.inspect(Unpooled.wrappedBuffer(CLUSTER));
        assertThat(header.header.isComplete()).isFalse();
    }
}

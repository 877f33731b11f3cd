package io.sluice.gateway.media.container;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/** Container headers, recorded and synthetic, and functions that pass them to a sniffer. */
final class ContainerHeaders {

    static final int EBML = 0x1a45dfa3;
    static final int DOC_TYPE = 0x4282;
    static final int SEGMENT = 0x18538067;
    static final int VOID = 0xec;
    static final int TRACKS = 0x1654ae6b;
    static final int TRACK_ENTRY = 0xae;
    static final int CLUSTER = 0x1f43b675;

    private ContainerHeaders() {}

    static byte[] recorded(String name) {
        try (InputStream in =
                Objects.requireNonNull(ContainerHeaders.class.getResourceAsStream("/headers/" + name), name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** An EBML element with a size of eight bytes. */
    static byte[] element(int id, byte[]... body) {
        byte[] all = concat(body);
        return concat(elementOfSize(id, all.length), all);
    }

    /** The start of an EBML element that claims the given size, up to 2^56 - 1, which means unknown. */
    static byte[] elementOfSize(int id, long size) {
        byte[] fourBytes = ByteBuffer.allocate(4).putInt(id).array();
        int zeros = Integer.numberOfLeadingZeros(id) / 8;
        byte[] eightBytes = ByteBuffer.allocate(8).putLong(size | (1L << 56)).array();
        return concat(Arrays.copyOfRange(fourBytes, zeros, 4), eightBytes);
    }

    static byte[] matroska(byte[]... segment) {
        return concat(
                element(EBML, element(DOC_TYPE, latin1("matroska"))),
                elementOfSize(SEGMENT, (1L << 56) - 1),
                concat(segment));
    }

    static byte[] track(int type, String codecId) {
        return element(TRACK_ENTRY, element(0x83, bytes(type)), element(0x86, latin1(codecId)));
    }

    static byte[] box(String type, byte[]... body) {
        byte[] all = concat(body);
        return concat(ByteBuffer.allocate(4).putInt(8 + all.length).array(), latin1(type), all);
    }

    /** The start of a box with a 64-bit size. */
    static byte[] largeBox(String type, long size) {
        return concat(
                bytes(0, 0, 0, 1),
                latin1(type),
                ByteBuffer.allocate(8).putLong(size).array());
    }

    static byte[] mp4(byte[]... boxes) {
        return concat(box("ftyp", latin1("isom"), new byte[4]), concat(boxes));
    }

    static byte[] trak(String handler, byte[] sampleEntry) {
        byte[] stsd = box("stsd", new byte[4], bytes(0, 0, 0, 1), sampleEntry);
        byte[] hdlr = box("hdlr", new byte[8], latin1(handler), new byte[13]);
        return box("trak", box("mdia", hdlr, box("minf", box("stbl", stsd))));
    }

    static Optional<Result<MediaFormat>> sniff(ContainerSniffer sniffer, byte[] bytes) {
        ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
        try {
            return sniffer.accept(buffer);
        } finally {
            buffer.release();
        }
    }

    static Optional<Result<MediaFormat>> sniffed(byte[]... chunks) {
        ContainerSniffer sniffer = new ContainerSniffer();
        Optional<Result<MediaFormat>> result = Optional.empty();
        for (byte[] chunk : chunks) {
            result = sniff(sniffer, chunk);
        }
        return result;
    }

    static MediaFormat format(byte[]... chunks) {
        return sniffed(chunks).orElseThrow().orElseThrow();
    }

    static String refusal(byte[]... chunks) {
        Failure failure = sniffed(chunks).orElseThrow().fold(ContainerHeaders::unexpected, f -> f);
        if (failure.code() != FailureCode.UNRECOGNIZED_MEDIA) {
            throw new AssertionError(failure);
        }
        return failure.message();
    }

    private static Failure unexpected(MediaFormat format) {
        throw new AssertionError("accepted as " + format);
    }

    /** Passes the bytes one by one. Returns how many it took until there was a result. */
    static int bytesUntilResult(byte[] bytes) {
        ContainerSniffer sniffer = new ContainerSniffer();
        ByteBuf all = Unpooled.wrappedBuffer(bytes);
        while (all.isReadable()) {
            all.writerIndex(all.readerIndex() + 1);
            if (sniffer.accept(all).isPresent()) {
                return all.writerIndex();
            }
            all.skipBytes(1).writerIndex(bytes.length);
        }
        throw new AssertionError("undecided");
    }
}

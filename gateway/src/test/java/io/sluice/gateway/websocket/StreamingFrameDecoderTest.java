package io.sluice.gateway.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.session.SessionLimits;
import io.sluice.protocol.FailureCode;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Comparison with Netty's decoder: both must decode the same bytes in the same way, or refuse them. */
@ExtendWith(NoBufferLeaks.class)
class StreamingFrameDecoderTest {

    static final int MAX_BYTES = 1_000;

    /** The result of a decoder: messages and control frames in order, and whether it refused the input. */
    record Decoded(List<String> events, boolean refused) {}

    @Test
    void passesOnThePiecesOfAFrameAsTheyCome() {
        byte[] frame = frame(FrameHeader.BINARY, true, 0, bytes(500), true);
        EmbeddedChannel channel = new EmbeddedChannel(new StreamingFrameDecoder(MAX_BYTES, anyRate()));

        channel.writeInbound(direct(frame, 0, 200));
        assertThat(channel.<WebSocketFrame>readInbound()).isInstanceOfSatisfying(BinaryWebSocketFrame.class, first -> {
            assertThat(first.isFinalFragment()).isFalse();
            assertThat(first.content().readableBytes()).isEqualTo(192);
            first.release();
        });
        channel.writeInbound(direct(frame, 200, frame.length));
        assertThat(channel.<WebSocketFrame>readInbound())
                .isInstanceOfSatisfying(ContinuationWebSocketFrame.class, rest -> {
                    assertThat(rest.isFinalFragment()).isTrue();
                    assertThat(rest.content().readableBytes()).isEqualTo(308);
                    rest.release();
                });
        channel.finishAndReleaseAll();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 8, 13, 64, 1_000, 1_000_000})
    void meansTheSameHoweverTheBytesAreCut(int cut) {
        byte[] conversation = concat(
                frame(FrameHeader.BINARY, true, 0, bytes(700), true),
                frame(FrameHeader.BINARY, true, 0, bytes(0), true),
                frame(FrameHeader.TEXT, false, 0, bytes(3), true),
                frame(FrameHeader.PING, true, 0, bytes(125), true),
                frame(FrameHeader.CONTINUATION, false, 0, bytes(0), true),
                frame(FrameHeader.CONTINUATION, true, 0, bytes(126), true),
                frame(FrameHeader.PONG, true, 0, bytes(1), true),
                frame(FrameHeader.CLOSE, true, 0, new byte[] {3, (byte) 0xe8, 'b', 'y', 'e'}, true),
                frame(FrameHeader.BINARY, true, 0, bytes(9), true));

        assertThat(ours(conversation, cut)).isEqualTo(nettys(conversation, cut));
        assertThat(ours(conversation, cut).refused()).isFalse();
    }

    @Test
    void refusesWhatNettyRefuses() {
        List<byte[]> violations = List.of(
                frame(FrameHeader.BINARY, true, 4, bytes(3), true),
                frame(FrameHeader.BINARY, true, 2, bytes(3), true),
                frame(FrameHeader.BINARY, true, 1, bytes(3), true),
                frame(FrameHeader.BINARY, true, 0, bytes(3), false),
                frame(FrameHeader.CONTINUATION, true, 0, bytes(3), true),
                concat(
                        frame(FrameHeader.BINARY, false, 0, bytes(3), true),
                        frame(FrameHeader.BINARY, true, 0, bytes(3), true)),
                frame(3, true, 0, bytes(3), true),
                frame(7, true, 0, bytes(3), true),
                frame(11, true, 0, bytes(3), true),
                frame(15, true, 0, bytes(3), true),
                frame(FrameHeader.PING, false, 0, bytes(3), true),
                frame(FrameHeader.PING, true, 0, bytes(126), true),
                frame(FrameHeader.CLOSE, true, 0, bytes(1), true),
                frame(FrameHeader.CLOSE, true, 0, new byte[] {3, (byte) 0xed}, true),
                frame(FrameHeader.CLOSE, true, 0, new byte[] {0, 1}, true),
                frame(FrameHeader.BINARY, true, 0, bytes(MAX_BYTES + 1), true),
                new byte[] {(byte) 0x82, (byte) 0xfe, 0, 5, 1, 2, 3, 4, 5, 6, 7, 8, 9},
                new byte[] {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 0, 0, 0, 9, 1, 2, 3, 4},
                new byte[] {(byte) 0x82, (byte) 0xff, (byte) 0x80, 0, 0, 0, 0, 0, 0, 9, 1, 2, 3, 4});
        for (byte[] violation : violations) {
            byte[] withMediaBefore = concat(frame(FrameHeader.BINARY, true, 0, bytes(50), true), violation);
            for (int cut : new int[] {1, 1_000_000}) {
                Decoded ours = ours(withMediaBefore, cut);
                assertThat(nettys(withMediaBefore, cut).refused()).isTrue();
                assertThat(ours.refused())
                        .as("refused: %s", ByteBufUtil.hexDump(violation))
                        .isTrue();
                assertThat(ours.events().get(0))
                        .as("previous media is delivered")
                        .isEqualTo(message(2, bytes(50)));
            }
        }
    }

    @Test
    void agreesWithNettyOnTenThousandMutations() {
        Random random = new Random(20261122);
        int refused = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] conversation = conversation(random);
            if (random.nextInt(3) > 0) {
                int flips = 1 + random.nextInt(3);
                for (int flip = 0; flip < flips; flip++) {
                    conversation[random.nextInt(Math.min(conversation.length, 40))] ^= (byte) (1 << random.nextInt(8));
                }
            }
            int cut = 1 + random.nextInt(conversation.length);
            Decoded netty = nettys(conversation, cut);
            Decoded ours = ours(conversation, cut);
            assertThat(ours.refused())
                    .as("round %s: %s", i, ByteBufUtil.hexDump(conversation))
                    .isEqualTo(netty.refused());
            if (!netty.refused()) {
                assertThat(ours.events())
                        .as("round %s: %s", i, ByteBufUtil.hexDump(conversation))
                        .isEqualTo(netty.events());
            }
            refused += netty.refused() ? 1 : 0;
        }
        assertThat(refused).isBetween(500, 9_500);
    }

    @Test
    void aMessageIsBoundedAlsoWhenItIsFragmented() {
        byte[] fragments = concat(
                frame(FrameHeader.BINARY, false, 0, bytes(MAX_BYTES / 2), true),
                frame(FrameHeader.CONTINUATION, false, 0, bytes(MAX_BYTES / 2), true),
                frame(FrameHeader.CONTINUATION, true, 0, bytes(1), true));

        assertThat(ours(fragments, 1_000_000).refused()).isTrue();
    }

    @Test
    void unmasksAsInTheRfcAtEveryOffsetAndLength() {
        for (int length = 0; length < 40; length++) {
            for (int offset = 0; offset < 9; offset++) {
                byte[] plain = bytes(offset + length);
                ByteBuf buffer = direct(plain, 0, plain.length);
                Unmasking.unmask(buffer, offset, length, 0x81020384);
                int[] mask = {0x81, 0x02, 0x03, 0x84};
                for (int i = 0; i < length; i++) {
                    assertThat(buffer.getByte(offset + i)).isEqualTo((byte) (plain[offset + i] ^ mask[i & 3]));
                }
                buffer.release();
            }
        }
    }

    private static byte[] conversation(Random random) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int frames = 1 + random.nextInt(4);
        boolean inMessage = false;
        for (int i = 0; i < frames; i++) {
            if (random.nextInt(4) == 0) {
                all.writeBytes(frame(FrameHeader.PING + random.nextInt(2), true, 0, bytes(random.nextInt(126)), true));
            }
            boolean last = random.nextBoolean();
            all.writeBytes(frame(
                    inMessage ? FrameHeader.CONTINUATION : FrameHeader.BINARY,
                    last,
                    0,
                    bytes(random.nextInt(200)),
                    true));
            inMessage = !last;
        }
        return all.toByteArray();
    }

    private static FrameRateLimiter anyRate() {
        return new FrameRateLimiter(new SessionLimits.Rates(1, 1, 1_000_000, 1_000_000, 1_000_000), System.nanoTime());
    }

    static Decoded ours(byte[] input, int cut) {
        return decode(new EmbeddedChannel(new StreamingFrameDecoder(MAX_BYTES, anyRate())), input, cut);
    }

    static Decoded nettys(byte[] input, int cut) {
        WebSocketDecoderConfig config = WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowExtensions(false)
                .maxFramePayloadLength(MAX_BYTES)
                .withUTF8Validator(false)
                .build();
        return decode(new EmbeddedChannel(new WebSocket13FrameDecoder(config)), input, cut);
    }

    /** Puts messages together again, so that fragmentation does not count, only meaning. */
    private static Decoded decode(EmbeddedChannel channel, byte[] input, int cut) {
        List<String> events = new ArrayList<>();
        boolean refused = false;
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        int opcode = 0;
        for (int from = 0; from < input.length && !refused; from += cut) {
            try {
                channel.writeInbound(direct(input, from, Math.min(input.length, from + cut)));
            } catch (RuntimeException e) {
                refused = true;
            }
            for (WebSocketFrame frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
                byte[] content = ByteBufUtil.getBytes(frame.content());
                frame.release();
                if (frame instanceof StreamingFrameDecoder.Violation violation) {
                    assertThat(violation.failure().code())
                            .isIn(FailureCode.PROTOCOL_VIOLATION, FailureCode.MESSAGE_TOO_LARGE);
                    refused = true;
                } else if (frame instanceof PingWebSocketFrame
                        || frame instanceof PongWebSocketFrame
                        || frame instanceof CloseWebSocketFrame) {
                    events.add(frame.getClass().getSimpleName() + ByteBufUtil.hexDump(content));
                } else {
                    opcode = frame instanceof BinaryWebSocketFrame
                            ? 2
                            : frame instanceof TextWebSocketFrame ? 1 : opcode;
                    message.writeBytes(content);
                    if (frame.isFinalFragment()) {
                        events.add(message(opcode, message.toByteArray()));
                        message.reset();
                    }
                }
            }
        }
        try {
            channel.finishAndReleaseAll();
        } catch (RuntimeException e) {
            refused = true;
        }
        return new Decoded(events, refused);
    }

    private static String message(int opcode, byte[] content) {
        return opcode + ":" + ByteBufUtil.hexDump(content);
    }

    static byte[] frame(int opcode, boolean last, int rsv, byte[] payload, boolean masked) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write((last ? 0x80 : 0) | rsv << 4 | opcode);
        int maskBit = masked ? 0x80 : 0;
        if (payload.length < 126) {
            frame.write(maskBit | payload.length);
        } else {
            frame.write(maskBit | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        }
        byte[] mask = {0x5a, (byte) 0xc3, 0x17, (byte) 0x88};
        if (masked) {
            frame.writeBytes(mask);
        }
        for (int i = 0; i < payload.length; i++) {
            frame.write(masked ? payload[i] ^ mask[i & 3] : payload[i]);
        }
        return frame.toByteArray();
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static ByteBuf direct(byte[] bytes, int from, int to) {
        return ByteBufAllocator.DEFAULT.directBuffer(to - from).writeBytes(bytes, from, to - from);
    }
}

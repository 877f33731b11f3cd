package io.sluice.gateway.websocket;

import static io.sluice.gateway.websocket.StreamingFrameDecoderTest.concat;
import static io.sluice.gateway.websocket.StreamingFrameDecoderTest.frame;
import static io.sluice.gateway.websocket.StreamingFrameDecoderTest.nettys;
import static io.sluice.gateway.websocket.StreamingFrameDecoderTest.ours;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.sluice.gateway.websocket.StreamingFrameDecoderTest.Decoded;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** However the input is split, the decoder agrees with Netty's, except where Netty's is too lenient: in two cases. */
class StreamingFrameDecoderFuzzTest {

    private static final String CLOSE = CloseWebSocketFrame.class.getSimpleName();
    private static final int STATUS_BYTES = 2;
    private static final int LONGEST_HEADER_BYTES = 14;

    static Stream<byte[]> seeds() {
        byte[] payload = new byte[130];
        return Stream.of(
                frame(FrameHeader.TEXT, true, 0, new byte[] {'{', '}'}, true),
                frame(FrameHeader.BINARY, true, 0, payload, true),
                concat(
                        frame(FrameHeader.BINARY, false, 0, payload, true),
                        frame(FrameHeader.PING, true, 0, new byte[5], true),
                        frame(FrameHeader.CONTINUATION, true, 0, payload, true)),
                frame(FrameHeader.CLOSE, true, 0, new byte[] {3, (byte) 0xe8, 'b'}, true),
                frame(FrameHeader.PONG, true, 0, new byte[125], true),
                frame(FrameHeader.BINARY, true, 2, payload, true),
                new byte[] {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 0, 0, 0, 9, 1, 2, 3, 4});
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "4s")
    void bytesMeanWhatTheyMeanToNetty(byte[] input) {
        // Netty checks a length before the mask has arrived and ours after it, so no header may be incomplete.
        byte[] bytes = Arrays.copyOf(input, input.length + LONGEST_HEADER_BYTES);
        int cut = 1 + Math.floorMod(Arrays.hashCode(input), 64);
        Decoded netty = nettys(bytes, bytes.length);
        Decoded ours = ours(bytes, bytes.length);
        assertThat(ours.refused())
                .isEqualTo(netty.refused() || endsWithinACharacter(netty) || hasAMessageThatIsTooLong(bytes));
        if (!ours.refused()) {
            assertThat(ours.events()).isEqualTo(netty.events());
        }
        assertThat(ours(bytes, cut)).isEqualTo(ours);
    }

    /**
     * Netty checks the characters of a close reason, but not whether the last one is complete; RFC 6455 (8.1) requires
     * both.
     */
    private static boolean endsWithinACharacter(Decoded netty) {
        String last = netty.events().isEmpty()
                ? ""
                : netty.events().get(netty.events().size() - 1);
        if (!last.startsWith(CLOSE)) {
            return false;
        }
        byte[] body = ByteBufUtil.decodeHexDump(last, CLOSE.length(), last.length() - CLOSE.length());
        return body.length > STATUS_BYTES
                && !ByteBufUtil.isText(
                        Unpooled.wrappedBuffer(body), STATUS_BYTES, body.length - STATUS_BYTES, StandardCharsets.UTF_8);
    }

    /**
     * Netty bounds a frame; ours bounds a message, by the headers of its fragments. For input whose frames are valid.
     */
    private static boolean hasAMessageThatIsTooLong(byte[] frames) {
        ByteBuffer in = ByteBuffer.wrap(frames);
        long messageBytes = 0;
        while (in.remaining() >= LONGEST_HEADER_BYTES) {
            int opcode = in.get() & 0xf;
            int length = in.get() & 0x7f;
            long payloadBytes = length == 126 ? in.getShort() & 0xffff : length == 127 ? in.getLong() : length;
            if (opcode < FrameHeader.CLOSE) {
                messageBytes = payloadBytes + (opcode == FrameHeader.CONTINUATION ? messageBytes : 0);
                if (messageBytes > StreamingFrameDecoderTest.MAX_BYTES) {
                    return true;
                }
            }
            long next = in.position() + Integer.BYTES + payloadBytes;
            // Behind a close nothing is read.
            if (opcode == FrameHeader.CLOSE || payloadBytes < 0 || next > in.limit()) {
                return false;
            }
            in.position((int) next);
        }
        return false;
    }
}

package io.sluice.gateway.websocket;

import static io.sluice.gateway.websocket.RawWebSocket.BINARY;
import static io.sluice.gateway.websocket.RawWebSocket.CLOSE;
import static io.sluice.gateway.websocket.RawWebSocket.CONTINUATION;
import static io.sluice.gateway.websocket.RawWebSocket.FIN;
import static io.sluice.gateway.websocket.RawWebSocket.PING;
import static io.sluice.gateway.websocket.RawWebSocket.PONG;
import static io.sluice.gateway.websocket.RawWebSocket.RSV1;
import static io.sluice.gateway.websocket.RawWebSocket.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.GatewayStage;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.protocol.ControlCodec;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The endpoints, and frames that each of them refuses, over real sockets. */
@ExtendWith(NoBufferLeaks.class)
class IngestRoutesTest {

    static final String OPEN = "{\"type\":\"open\",\"streamKey\":\"k-1\",\"offers\":[\"audio/webm;codecs=opus\"]}";
    static final String STOP = "{\"type\":\"stop\"}";
    private static final String PLAIN = "/ingest?streamKey=k-1";

    private final byte[] media = GatewayStage.recording("webm-opus-audioonly.webm");
    private final GatewayStage stage = GatewayStage.start(builder -> builder);

    @AfterEach
    void close() {
        stage.close();
    }

    private RawWebSocket negotiated() {
        return RawWebSocket.connect(stage, "/ingest", "sluice.v1");
    }

    private RawWebSocket opened() {
        RawWebSocket client = negotiated();
        client.text(OPEN);
        client.nextText("\"opened\"");
        return client;
    }

    private static void assertFailed(RawWebSocket client, FailureCode code) {
        assertThat(client.nextText("\"failed\"")).contains("\"code\":\"" + code.reason() + "\"");
        assertClosed(client, code);
    }

    private static void assertClosed(RawWebSocket client, FailureCode code) {
        RawWebSocket.Frame close = client.next(CLOSE);
        assertThat(close.closeCode()).isEqualTo(code.closeCode());
        assertThat(close.closeReason()).startsWith(code.reason() + ": ");
    }

    @Test
    void theNegotiatedEndpoint() {
        try (RawWebSocket client = RawWebSocket.connect(stage, PLAIN, "other", "sluice.v1")) {
            assertThat(client.status()).isEqualTo(101);
            assertThat(client.header("sec-websocket-protocol")).isEqualTo("sluice.v1");
            client.text(OPEN);
            assertThat(client.nextText("\"opened\"")).contains("\"audio\":\"transcode\"");
            client.media(media);
            client.text(STOP);
            assertThat(client.nextText("\"ended\"")).contains("\"acceptedBytes\":" + media.length);
            assertThat(client.next().closeCode()).isEqualTo(1000);
        }
        assertThat(stage.awaitEnded().acceptedBytes()).isEqualTo(media.length);
    }

    @Test
    void thePlainEndpoint() {
        try (RawWebSocket client = RawWebSocket.connect(stage, PLAIN)) {
            assertThat(client.header("sec-websocket-protocol")).isNull();
            client.media(media);
            client.close(1000);
            assertThat(client.next().opcode()).as("no text is sent").isEqualTo(CLOSE);
        }
        assertThat(stage.awaitEnded().acceptedBytes()).isEqualTo(media.length);
        assertThat(stage.awaitEnded().failure()).isEmpty();
    }

    @Test
    void thePlainEndpointWithStop() {
        try (RawWebSocket client = RawWebSocket.connect(stage, PLAIN + "&mimeType=audio%2Fwebm")) {
            client.media(media);
            client.text(STOP);
            assertThat(client.next().closeCode()).isEqualTo(1000);
        }
        assertThat(stage.awaitEnded().acceptedBytes()).isEqualTo(media.length);
    }

    @Test
    void thePxyEndpoint() {
        try (RawWebSocket client = RawWebSocket.connect(stage, "/api/v0/stream", "streamKey", "k-1")) {
            assertThat(client.header("sec-websocket-protocol")).isEqualTo("streamKey");
            client.media(media);
        }
        assertThat(stage.awaitEnded().streamKey().value()).isEqualTo("k-1");
        assertThat(stage.awaitEnded().acceptedBytes()).isEqualTo(media.length);
    }

    @Test
    void whereNettyHasNoNativeTransportTheFallbackWorksAsWell() {
        try (GatewayStage nio = GatewayStage.startOnNio();
                RawWebSocket client = RawWebSocket.connect(nio, "/ingest", "sluice.v1")) {
            client.text(OPEN);
            client.nextText("\"opened\"");
            client.media(media);
            client.text(STOP);
            assertThat(client.nextText("\"ended\"")).contains("\"acceptedBytes\":" + media.length);
        }
    }

    @Test
    void anUnsupportedSubprotocolIsRefusedByHttp() {
        try (RawWebSocket client = RawWebSocket.connect(stage, PLAIN, "sluice.v9");
                RawWebSocket pxy = RawWebSocket.connect(stage, "/api/v0/stream")) {
            assertThat(client.status()).isEqualTo(400);
            assertThat(pxy.status()).isEqualTo(400);
            assertThat(client.header("content-type")).startsWith("text/plain");
        }
    }

    @Test
    void aRequestWithoutAnUpgradeIsRefusedByHttp() {
        String oldVersion = RawWebSocket.UPGRADE.replace("13", "8");
        try (RawWebSocket client = RawWebSocket.request(stage, PLAIN, "");
                RawWebSocket old = RawWebSocket.request(stage, PLAIN, oldVersion)) {
            assertThat(client.status()).isEqualTo(426);
            assertThat(client.header("upgrade")).isEqualTo("websocket");
            assertThat(old.status()).isEqualTo(426);
            assertThat(old.header("sec-websocket-version")).isEqualTo("13");
        }
    }

    @Test
    void aMissingKeyIsRefusedAfterTheUpgrade() {
        try (RawWebSocket client = RawWebSocket.connect(stage, "/ingest");
                RawWebSocket pxy = RawWebSocket.connect(stage, "/api/v0/stream", "streamKey")) {
            assertClosed(client, FailureCode.INVALID_STREAM_KEY);
            assertClosed(pxy, FailureCode.INVALID_STREAM_KEY);
        }
    }

    @Test
    void aKeyInTheQueryIsDecoded() {
        try (RawWebSocket client = RawWebSocket.connect(stage, "/ingest?streamKey=a%3Fb%3Dc%26d%2Be")) {
            client.media(media);
        }
        assertThat(stage.awaitEnded().streamKey().value()).isEqualTo("a?b=c&d+e");
    }

    @Test
    void reservedBitsAreAViolation() {
        try (RawWebSocket client = opened()) {
            client.send(FIN | RSV1 | BINARY, new byte[10]);
            assertFailed(client, FailureCode.PROTOCOL_VIOLATION);
        }
    }

    @Test
    void badUtf8IsMalformed() {
        try (RawWebSocket client = negotiated()) {
            client.send(FIN | TEXT, new byte[] {'{', '"', (byte) 0xC3, '"', '}'});
            assertFailed(client, FailureCode.MALFORMED_MESSAGE);
        }
    }

    @Test
    void messagesCanBeFragmentedWithPingsInBetween() {
        byte[] open = OPEN.getBytes(StandardCharsets.UTF_8);
        try (RawWebSocket client = negotiated()) {
            client.send(TEXT, Arrays.copyOf(open, 10));
            client.send(FIN | PING, new byte[] {1});
            client.send(CONTINUATION, Arrays.copyOfRange(open, 10, 20));
            client.send(FIN | CONTINUATION, Arrays.copyOfRange(open, 20, open.length));
            assertThat(client.next(PONG).payload()).isEqualTo(ByteBuffer.wrap(new byte[] {1}));
            client.nextText("\"opened\"");
            client.send(BINARY, Arrays.copyOf(media, 1));
            client.send(FIN | PING, new byte[0]);
            client.send(CONTINUATION, new byte[0]);
            client.send(FIN | CONTINUATION, Arrays.copyOfRange(media, 1, media.length));
            client.text(STOP);
            assertThat(client.nextText("\"ended\"")).contains("\"acceptedBytes\":" + media.length);
        }
    }

    @Test
    void aControlMessageIsBoundedHoweverItIsFragmented() {
        byte[] half = new byte[ControlCodec.MAX_MESSAGE_BYTES / 2 + 1];
        Arrays.fill(half, (byte) ' ');
        try (RawWebSocket whole = negotiated();
                RawWebSocket cut = negotiated()) {
            whole.text(" ".repeat(ControlCodec.MAX_MESSAGE_BYTES + 1));
            assertFailed(whole, FailureCode.MESSAGE_TOO_LARGE);
            cut.send(TEXT, half);
            cut.send(CONTINUATION, half);
            assertFailed(cut, FailureCode.MESSAGE_TOO_LARGE);
        }
    }

    @Test
    void aFrameIsBounded() {
        try (RawWebSocket client = opened()) {
            // Only the header of a frame of 1 GB.
            client.write(new byte[] {(byte) (FIN | BINARY), (byte) 0xFF, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0});
            assertThat(client.next(CLOSE).closeCode()).isEqualTo(1009);
        }
        assertThat(stage.awaitEnded().failure()).map(Failure::code).contains(FailureCode.MESSAGE_TOO_LARGE);
    }

    @Test
    void aFrameThatIsNotMaskedIsAViolation() {
        try (RawWebSocket client = opened()) {
            client.write(new byte[] {(byte) (FIN | BINARY), 1, 0});
            assertThat(client.next(CLOSE).closeCode()).isEqualTo(1002);
        }
        assertThat(stage.awaitEnded().failure()).map(Failure::code).contains(FailureCode.PROTOCOL_VIOLATION);
    }

    @Test
    void aFailureIsReceivedAlthoughMegabytesAreUnread() {
        byte[] flood = RawWebSocket.encode(FIN | BINARY, new byte[4_000_000]);
        try (RawWebSocket failing = negotiated();
                RawWebSocket plain = RawWebSocket.connect(stage, "/ingest?streamKey=a%2Fb")) {
            failing.text(OPEN.replace("k-1", "a/b"));
            failing.write(flood);
            failing.write(flood);
            assertFailed(failing, FailureCode.INVALID_STREAM_KEY);
            plain.write(flood);
            plain.write(flood);
            assertClosed(plain, FailureCode.INVALID_STREAM_KEY);
        }
    }

    @Test
    void aClosingGatewayEndsItsStreamsAndAcceptsNoNewOnes() {
        try (RawWebSocket live = opened()) {
            live.media(media);
            stage.gateway().close().subscribe();
            assertFailed(live, FailureCode.SHUTTING_DOWN);
            try (RawWebSocket late = RawWebSocket.connect(stage, "/ingest?streamKey=k-2")) {
                assertClosed(late, FailureCode.SHUTTING_DOWN);
            }
        }
        assertThat(stage.awaitEnded().failure()).map(Failure::code).contains(FailureCode.SHUTTING_DOWN);
        assertThat(stage.gateway().isReady()).isFalse();
    }
}

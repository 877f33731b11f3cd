package io.sluice.gateway.websocket;

import static io.sluice.gateway.websocket.RawWebSocket.BINARY;
import static io.sluice.gateway.websocket.RawWebSocket.CLOSE;
import static io.sluice.gateway.websocket.RawWebSocket.FIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.GatewayStage;
import io.sluice.gateway.ffmpeg.install.FfmpegLocator;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.session.SessionEvent;
import io.sluice.gateway.session.SessionState;
import io.sluice.protocol.FailureCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Connections that are cut anywhere, over real sockets and two event loops. A program in FFmpeg's place writes down
 * what it reads.
 */
@ExtendWith(NoBufferLeaks.class)
class ResumeOverSocketsTest {

    private static final String OPEN =
            "{\"type\":\"open\",\"streamKey\":\"k-1\",\"offers\":" + "[\"audio/webm;codecs=opus\"],\"resume\":true}";
    private static final Pattern GRANT = Pattern.compile("\"sessionId\":\"([^\"]*)\".*\"token\":\"([^\"]*)\"");
    private static final Pattern NEXT_BYTE = Pattern.compile("\"nextByte\":(\\d+)");
    private static final int EVERY_BYTE_OF = 1_200;

    private final byte[] media = GatewayStage.recording("webm-opus-audioonly.webm");

    @TempDir
    private Path folder;

    private GatewayStage stage;
    private String sessionId = "";
    private String token = "";

    @BeforeEach
    void start() throws IOException, FfmpegUnavailableException {
        Path program = folder.resolve("record");
        Files.writeString(
                program, """
                #!/bin/sh
                case "$*" in
                *pipe:0*) cat >> "%s/stdin"; printf 'out_time_us=1000000\\nprogress=end\\n' ;;
                *) exec "%s" "$@" ;;
                esac
                """.formatted(folder, new FfmpegLocator().locate(null).executable()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        stage = GatewayStage.start(2, builder -> builder.ffmpeg(program));
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private RawWebSocket connect() {
        return RawWebSocket.connect(stage, "/ingest", "sluice.v1");
    }

    private RawWebSocket open() {
        RawWebSocket client = connect();
        client.text(OPEN);
        Matcher grant = GRANT.matcher(client.nextText("\"opened\""));
        assertThat(grant.find()).isTrue();
        sessionId = grant.group(1);
        token = grant.group(2);
        return client;
    }

    private String resume(long keptFromByte) {
        return "{\"type\":\"resume\",\"sessionId\":\"%s\",\"token\":\"%s\",\"keptFromByte\":%d,\"sentBytes\":%d}"
                .formatted(sessionId, token, keptFromByte, media.length);
    }

    /** A client on another connection, and where it has to go on. */
    private record Continued(RawWebSocket client, int nextByte) {}

    private Continued resume() {
        RawWebSocket client = connect();
        client.text(resume(0));
        String resumed = client.nextText("\"resumed\"");
        assertThat(resumed).contains("\"mode\":\"exact\"", token);
        Matcher next = NEXT_BYTE.matcher(resumed);
        assertThat(next.find()).isTrue();
        return new Continued(client, Integer.parseInt(next.group(1)));
    }

    private void finish(RawWebSocket client, int from) throws IOException {
        client.media(Arrays.copyOfRange(media, from, media.length));
        client.text(IngestRoutesTest.STOP);
        assertThat(client.nextText("\"ended\"")).contains("\"acceptedBytes\":" + media.length);
        assertThat(client.next(CLOSE).closeCode()).isEqualTo(1000);
        client.close();
        assertThat(stage.awaitEnded().failure()).isEmpty();
        assertThat(Files.readAllBytes(folder.resolve("stdin"))).isEqualTo(media);
        assertThat(events(SessionEvent.Started.class)).hasSize(1);
        Awaitility.await().until(() -> stage.gateway().sessionCount() == 0);
    }

    private <E extends SessionEvent> List<E> events(Class<E> type) {
        return stage.events().stream().filter(type::isInstance).map(type::cast).toList();
    }

    private byte[] frame(int from, int bytes) {
        return RawWebSocket.encode(FIN | BINARY, Arrays.copyOfRange(media, from, from + bytes));
    }

    @Test
    void cutAfterEachByteOfMediaInsideOneMessage() throws IOException {
        open().close();
        Continued last = resume();
        for (int cuts = 0; last.nextByte() < EVERY_BYTE_OF; cuts++) {
            assertThat(cuts).isLessThan(20 * EVERY_BYTE_OF);
            byte[] frame = frame(last.nextByte(), 1_000);
            last.client().write(Arrays.copyOf(frame, frame.length - 1_000 + 1));
            last.client().close();
            int before = last.nextByte();
            last = resume();
            assertThat(last.nextByte()).isBetween(before, before + 1);
        }
        finish(last.client(), last.nextByte());
    }

    @Test
    void cutAtEachByteOfAFrame() throws IOException {
        open().close();
        Continued last = resume();
        int wireBytes = frame(0, 200).length;
        for (int cut = 0; cut <= wireBytes; cut++) {
            last.client().write(Arrays.copyOf(frame(last.nextByte(), 200), cut));
            last.client().close();
            int before = last.nextByte();
            last = resume();
            assertThat(last.nextByte()).isBetween(before, before + 200);
        }
        finish(last.client(), last.nextByte());
    }

    /** A network that cuts anywhere, that hides from the gateway that it did, and that delivers late. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void cutAtRandom(long seed) throws IOException {
        Random random = new Random(seed);
        open().close();
        Continued last = resume();
        List<RawWebSocket> givenUp = new ArrayList<>();
        int target = 0;
        while (target < media.length) {
            target = Math.min(media.length, target + random.nextInt(9_000));
            int at = last.nextByte();
            while (at < target) {
                int bytes = Math.min(media.length - at, 1 + random.nextInt(5_000));
                byte[] frame = frame(at, bytes);
                boolean isLast = at + bytes >= target;
                last.client().write(isLast ? Arrays.copyOf(frame, random.nextInt(frame.length + 1)) : frame);
                at += bytes;
            }
            RawWebSocket old = last.client();
            boolean halfOpen = random.nextBoolean();
            if (!halfOpen) {
                old.close();
            }
            int before = last.nextByte();
            last = resume();
            assertThat(last.nextByte()).as("seed %s", seed).isBetween(before, at);
            if (halfOpen) {
                old.writeLate(frame(Math.min(at, media.length - 1_000), 1_000));
                givenUp.add(old);
            }
        }
        finish(last.client(), last.nextByte());
        givenUp.forEach(RawWebSocket::close);
    }

    @Test
    void theOldConnectionIsToldAndClosed() throws IOException {
        RawWebSocket first = open();
        first.media(Arrays.copyOf(media, 10_000));
        Continued second = resume();
        assertThat(first.nextText("\"failed\"")).contains(FailureCode.TAKEN_OVER.reason());
        assertThat(first.next(CLOSE).closeCode()).isEqualTo(FailureCode.TAKEN_OVER.closeCode());
        finish(second.client(), second.nextByte());
        first.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001})
    void aCloseFrameOfOneWhoLeavesEndsTheStream(int code) {
        try (RawWebSocket client = open()) {
            client.media(media);
            client.close(code);
            assertThat(stage.awaitEnded().acceptedBytes()).isEqualTo(media.length);
        }
        assertThat(events(SessionEvent.Lost.class)).isEmpty();
    }

    @Test
    void aCloseFrameWithoutACodeEndsTheStream() {
        try (RawWebSocket client = open()) {
            client.media(media);
            client.send(FIN | CLOSE, new byte[0]);
            assertThat(stage.awaitEnded().acceptedBytes()).isEqualTo(media.length);
        }
        assertThat(events(SessionEvent.Lost.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {4000, 1011, 3000})
    void anyOtherCloseFrameMeansThatTheClientComesBack(int code) throws IOException {
        RawWebSocket client = open();
        client.media(Arrays.copyOf(media, 10_000));
        client.close(code);
        Awaitility.await().until(() -> !events(SessionEvent.Lost.class).isEmpty());
        assertThat(stage.gateway().streams())
                .singleElement()
                .satisfies(stream -> assertThat(stream.state()).isEqualTo(SessionState.AWAITING));
        Continued next = resume();
        assertThat(next.nextByte()).isEqualTo(10_000);
        finish(next.client(), next.nextByte());
        client.close();
    }

    @Test
    void mediaBeforeTheAnswerIsRefusedAndTheStreamGoesOn() throws IOException {
        open().close();
        RawWebSocket hasty = connect();
        byte[] message = RawWebSocket.encode(FIN | RawWebSocket.TEXT, resume(0).getBytes(StandardCharsets.UTF_8));
        byte[] both = Arrays.copyOf(message, message.length + 206);
        System.arraycopy(frame(0, 200), 0, both, message.length, 206);
        hasty.write(both);
        assertThat(hasty.nextText("\"failed\"")).contains("media-before-opened");
        Continued next = resume();
        finish(next.client(), next.nextByte());
        hasty.close();
    }

    @Test
    void theStreamsOfAShutdownCanBeResumed() throws IOException {
        RawWebSocket first = open();
        first.media(Arrays.copyOf(media, 10_000));
        first.close(4000);
        Awaitility.await().until(() -> !events(SessionEvent.Lost.class).isEmpty());
        var drained = stage.gateway().drain(GatewayStage.PATIENCE).toFuture();
        try (RawWebSocket other = connect()) {
            other.text(OPEN);
            assertThat(other.nextText("\"failed\"")).contains(FailureCode.SHUTTING_DOWN.reason());
        }
        Continued next = resume();
        finish(next.client(), next.nextByte());
        assertThat(drained).succeedsWithin(GatewayStage.PATIENCE);
        first.close();
    }
}

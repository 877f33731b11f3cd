package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.guards.NoBufferLeaks;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tags, pictures or padding in front of the tracks, as other programs than browsers write them. */
@ExtendWith(NoBufferLeaks.class)
class LongHeaderTest {

    private static final byte[] MEDIA = SessionStage.recording("webm-opus-audioonly.webm");
    private static final byte[] SEGMENT = {0x18, 0x53, (byte) 0x80, 0x67};
    private static final int SEGMENT_HEAD_BYTES = 12;

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    private final ScriptedClient client = new ScriptedClient();

    private static byte[] padded(int bytes) {
        int at = 0;
        while (!Arrays.equals(MEDIA, at, at + SEGMENT.length, SEGMENT, 0, SEGMENT.length)) {
            at++;
        }
        at += SEGMENT_HEAD_BYTES;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(MEDIA, 0, at);
        out.write(0xec);
        out.writeBytes(
                ByteBuffer.allocate(8).putLong(0x0100_0000_0000_0000L | bytes).array());
        out.writeBytes(new byte[bytes]);
        out.write(MEDIA, at, MEDIA.length - at);
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {70_000, 100_000, 160_000})
    void aPlainClientIsNotPausedBeforeItsHeaderIsKnown(int bytes) {
        byte[] media = padded(bytes);
        StreamSession session = stage.plain(client, null);
        stage.send(session, media, 0, bytes);
        assertThat(client.pauses()).isEmpty();
        stage.send(session, media, bytes, media.length);
        stage.disconnect(session);
        stage.awaitEnd(session);
        assertThat(stage.endedEvent().failure()).isEmpty();
        assertThat(stage.endedEvent().acceptedBytes()).isEqualTo(media.length);
    }
}

package io.sluice.gateway.session;

import static io.sluice.gateway.session.SessionStage.KEY;
import static io.sluice.gateway.session.SessionStage.recording;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is sent is held against what was agreed, by the stream's own header. */
@ExtendWith(NoBufferLeaks.class)
class AgreedMediaTest {

    private final ScriptedClient client = new ScriptedClient();

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    @BeforeEach
    void open() {
        // Takes all there is and says nothing: whatever is refused here, it is not FFmpeg that does it.
        stage.withProgram(deaf(stage.folder().resolve("deaf")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "video/webm;codecs=vp8,opus       | webm-vp9-opus.webm       | vp9",
                "video/webm;codecs=vp8,vorbis     | webm-vp8-opus.webm       | opus",
                "video/webm;codecs=h264,opus      | mp4-avc1-opus.mp4        | video/mp4",
                "video/mp4;codecs=avc1.42E01F,opus | webm-h264-opus.webm     | video/webm",
                "audio/webm;codecs=opus           | webm-h264-videoonly.webm | avc1"
            })
    void anotherFormatIsRefusedWithBothNames(String announced, String sent, String words) {
        StreamSession session = negotiated(announced);
        stage.send(session, recording(sent));
        assertRefused(session, announced, words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "video/webm;codecs=vp8,opus             | webm-vp8-opus.webm",
                "video/x-matroska;codecs=avc1,opus      | webm-h264-opus.webm",
                "video/webm;codecs=\"avc1.640028,opus\" | webm-h264-opus-1bytefirst.webm",
                "video/webm;codecs=h264,opus            | webm-h264-videoonly.webm",
                "video/webm;codecs=vp9                  | webm-vp9-opus.webm",
                "video/webm                             | webm-av1-opus.webm",
                "audio/webm;codecs=opus                 | webm-vp8-opus.webm",
                "video/webm;codecs=vp8,opus             | webm-opus-audioonly.webm",
                "video/mp4;codecs=\"avc3.42E01F,opus\"  | mp4-avc1-opus.mp4"
            })
    void whatRecordersAreKnownToSendIsNot(String announced, String sent) {
        byte[] media = recording(sent);
        StreamSession session = negotiated(announced);
        stage.send(session, media);
        stage.stop(session);
        stage.awaitEnd(session);
        assertThat(stage.endedEvent().acceptedBytes()).isEqualTo(media.length);
    }

    @Test
    void whatIsNoMediaIsRefusedOnTheNegotiatedWayToo() {
        StreamSession session = negotiated("video/webm;codecs=vp8,opus");
        stage.send(session, "#EXTM3U\nfile:///etc/passwd\n".getBytes(StandardCharsets.UTF_8));
        assertRefused(session, "The stream starts like", "playlist");
    }

    @Test
    void aPlainClientIsHeldToWhatItsAddressSays() {
        StreamSession session = stage.plain(client, "video/webm;codecs=vp8,opus");
        stage.send(session, recording("webm-vp9-opus.webm"));
        assertRefused(session, "vp9");
    }

    @Test
    void aWrongHeaderIsFoundAlsoIfItComesByteByByte() {
        byte[] header = Arrays.copyOf(recording("webm-vp9-opus.webm"), 400);
        StreamSession session = negotiated("video/webm;codecs=vp8,opus");
        for (int i = 0; i < header.length; i++) {
            stage.send(session, header, i, i + 1);
        }
        assertRefused(session, "vp9");
    }

    @Test
    void aPictureThatIsTooLargeIsRefusedBeforeFFmpegSeesIt() {
        byte[] media = recording("webm-vp8-opus.webm");
        int width = indexOf(media, new byte[] {(byte) 0xb0, (byte) 0x82, 5, 0});
        media[width + 2] = 0x7f;
        StreamSession session = negotiated("video/webm;codecs=vp8,opus");
        stage.send(session, media);
        assertRefused(session, "32512 x 720");
    }

    private StreamSession negotiated(String announced) {
        StreamSession session = stage.negotiated(client);
        stage.open(session, new Open(KEY, List.of(announced), null, null));
        Awaitility.await().until(() -> !client.words().isEmpty());
        assertThat(client.words()).singleElement().isInstanceOf(Opened.class);
        return session;
    }

    private void assertRefused(StreamSession session, String... words) {
        stage.awaitEnd(session);
        assertThat(client.lastWord()).isEqualTo(FailureCode.UNRECOGNIZED_MEDIA);
        assertThat(((Failed) client.words().get(client.words().size() - 1)).message())
                .contains(words);
        assertThat(client.words()).noneMatch(Ended.class::isInstance);
        assertThat(stage.streams.sessions()).isEmpty();
    }

    private static String deaf(Path program) {
        try {
            Files.writeString(program, "#!/bin/sh\nexec cat > /dev/null\n");
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return program.toString();
    }

    private static int indexOf(byte[] all, byte[] part) {
        for (int i = 0; i < all.length - part.length; i++) {
            if (Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new AssertionError("not in there");
    }
}

package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.delivery.OutputState;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * An FFmpeg that dies is replaced under a live stream. What the programs in FFmpeg's place read is written to files by
 * their numbers. They report that they write, and then copy.
 */
@ExtendWith(NoBufferLeaks.class)
class RestartedRunsTest {

    private static final byte[] MEDIA = SessionStage.recording("webm-opus-audioonly.webm");
    private static final byte[] CLUSTER = {0x1F, 0x43, (byte) 0xB6, 0x75};
    private static final List<Integer> GROUPS = groups();

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    private final ScriptedClient client = new ScriptedClient();

    /** Without video each cluster is one. */
    private static List<Integer> groups() {
        List<Integer> starts = new ArrayList<>();
        for (int i = 0; i + CLUSTER.length <= MEDIA.length; i++) {
            if (Arrays.equals(MEDIA, i, i + CLUSTER.length, CLUSTER, 0, CLUSTER.length)) {
                starts.add(i);
            }
        }
        return starts;
    }

    private void program(String body) {
        try {
            Path program = stage.folder().resolve("program");
            // mkdir is atomic, so each run gets a number of its own.
            Files.writeString(program, """
                    #!/bin/sh
                    n=0
                    until mkdir "%1$s/run-$n" 2>/dev/null; do n=$((n+1)); done
                    printf 'out_time_us=0\\nprogress=continue\\n'
                    %2$s
                    """.formatted(stage.folder(), body));
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
            stage.withProgram(program.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] readBy(int run) {
        Path file = stage.folder().resolve("run-" + run).resolve("stdin");
        try {
            return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long runs() {
        try (Stream<Path> all = Files.list(stage.folder())) {
            return all.filter(path -> String.valueOf(path.getFileName()).startsWith("run-"))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private StreamSession live() {
        StreamSession session = stage.negotiated(client);
        stage.open(session, SessionStage.KEY);
        Awaitility.await().until(() -> session.status().state() == SessionState.LIVE);
        return session;
    }

    private static final String RECORD = """
            cat > "$(dirname "$0")/run-$n/stdin"
            printf 'total_size=1\\nout_time_us=1000000\\nprogress=end\\n'
            """;

    @Test
    void anotherRunGetsTheHeaderAndTheMediaFromAGroupOn() {
        program(RECORD);
        StreamSession session = live();
        int half = MEDIA.length / 2;
        stage.send(session, MEDIA, 0, half);
        Awaitility.await().until(() -> readBy(0).length == half);
        ProcessHandle shell = SessionStage.onlyChild();
        List<ProcessHandle> below = shell.descendants().toList();
        shell.destroyForcibly();
        below.forEach(ProcessHandle::destroyForcibly);
        Awaitility.await().until(() -> runs() == 2);
        stage.send(session, MEDIA, half, MEDIA.length);
        stage.stop(session);
        stage.awaitEnd(session);

        byte[] second = readBy(1);
        int start = MEDIA.length - (second.length - GROUPS.get(0));
        assertThat(GROUPS).contains(start);
        assertThat(start).as("nothing is missing").isLessThanOrEqualTo(half);
        assertThat(Arrays.copyOf(second, GROUPS.get(0))).isEqualTo(Arrays.copyOf(MEDIA, GROUPS.get(0)));
        assertThat(Arrays.copyOfRange(second, GROUPS.get(0), second.length))
                .isEqualTo(Arrays.copyOfRange(MEDIA, start, MEDIA.length));
        assertThat(client.lastWord())
                .isInstanceOfSatisfying(
                        Ended.class, ended -> assertThat(ended.acceptedBytes()).isEqualTo(MEDIA.length));
        assertThat(stage.events)
                .filteredOn(SessionEvent.OutputChanged.class::isInstance)
                .isNotEmpty();
        assertThat(client.progress().stream().map(Progress::acceptedBytes).toList())
                .isSorted();
    }

    @Test
    void oneThatCrashesAgainAndAgainEndsTheStreamWithItsDiagnosis() {
        program("head -c 1000 > /dev/null; echo 'the flux capacitor is empty' >&2; exit 7");
        StreamSession session = live();
        stage.send(session, MEDIA);
        stage.awaitEnd(session);
        assertThat(client.words().get(client.words().size() - 1)).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.code()).isEqualTo(FailureCode.FFMPEG_FAILED);
            assertThat(failed.message()).contains("the flux capacitor is empty");
        });
        assertThat(runs()).isBetween(2L, 7L);
        assertThat(stage.events.stream()
                        .filter(SessionEvent.OutputChanged.class::isInstance)
                        .map(SessionEvent.OutputChanged.class::cast)
                        .map(changed -> changed.output().state()))
                .contains(OutputState.AWAY)
                .endsWith(OutputState.FAILED);
    }

    @Test
    void aStreamThatEndsWhileItsOutputIsAwayIsNotToldAsDelivered() {
        program("head -c 1000 > /dev/null; exit 7");
        StreamSession session = live();
        stage.send(session, MEDIA);
        Awaitility.await().until(() -> runs() >= 3);
        stage.stop(session);
        stage.awaitEnd(session);
        assertThat(client.lastWord()).isEqualTo(FailureCode.FFMPEG_FAILED);
    }
}

package io.sluice.gateway.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.files.StateFolder;
import io.sluice.gateway.files.StateLocation;
import io.sluice.gateway.session.SessionStage;
import io.sluice.protocol.StreamKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

class PreviewsTest {

    private static final StreamKey KEY = SessionStage.key("a-key");
    private static final Duration LINGER = Duration.ofSeconds(30);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path root;

    private StateFolder state() throws IOException {
        return StateFolder.in(new StateLocation(root, "test"));
    }

    private Previews previews() throws IOException {
        return new Previews(state(), LINGER, time);
    }

    private Path open(Previews previews, String session) {
        var opened = previews.open(KEY, session).toFuture();
        time.advanceTime();
        return opened.join();
    }

    @Test
    void aFolderIsFoundByItsKeyAndNamedWithoutIt() throws IOException {
        Previews previews = previews();
        assertThat(previews.folderOf(KEY)).isEmpty();
        Path folder = open(previews, "session");
        assertThat(folder).isDirectory().startsWithRaw(root);
        assertThat(folder.toString()).doesNotContain(KEY.value());
        assertThat(previews.folderOf(KEY)).contains(folder);
    }

    @Test
    void anotherNameOfTheStreamIsNotEnoughToWatchIt() throws IOException {
        Previews previews = previews();
        open(previews, "session");
        assertThat(previews.folderOf(SessionStage.key("a-key?i1"))).isEmpty();
    }

    @Test
    void aDirectoryIsDeletedSomeTimeAfterItsStreamHasEnded() throws IOException {
        Previews previews = previews();
        Path folder = open(previews, "session");
        Files.createFile(folder.resolve("segment1.ts"));
        previews.retire(KEY, "session");
        time.advanceTimeBy(LINGER.minusMillis(1));
        assertThat(previews.folderOf(KEY)).contains(folder);
        assertThat(folder).isDirectory();
        time.advanceTimeBy(Duration.ofMillis(1));
        assertThat(previews.folderOf(KEY)).isEmpty();
        assertThat(folder).doesNotExist();
    }

    @Test
    void aNewStreamKeepsItsPreviewWhenItsPredecessorsIsDeleted() throws IOException {
        Previews previews = previews();
        Path first = open(previews, "first");
        previews.retire(KEY, "first");
        Path second = open(previews, "second");
        assertThat(previews.folderOf(KEY)).contains(second);
        time.advanceTimeBy(LINGER);
        assertThat(first).doesNotExist();
        assertThat(second).isDirectory();
        assertThat(previews.folderOf(KEY)).contains(second);
    }

    @Test
    void retiringAnUnknownSessionDoesNothing() throws IOException {
        Previews previews = previews();
        Path folder = open(previews, "session");
        previews.retire(KEY, "another");
        time.advanceTimeBy(LINGER);
        assertThat(folder).isDirectory();
    }

    @Test
    void aPreviewIsWrittenWithItsPlaylist() throws IOException {
        Previews previews = previews();
        Path folder = open(previews, "session");
        var before = previews.written(folder).toFuture();
        time.advanceTime();
        assertThat(before.join()).isEqualTo(Instant.EPOCH);
        Files.createFile(folder.resolve("index.m3u8"));
        var after = previews.written(folder).toFuture();
        time.advanceTime();
        assertThat(after.join()).isAfter(Instant.EPOCH);
    }

    @Test
    void filesAreNotTouchedByTheCaller() throws IOException {
        Previews previews = new Previews(state(), Duration.ofMillis(1), Schedulers.boundedElastic());
        Path folder = previews.open(KEY, "session").blockOptional().orElseThrow();
        previews.retire(KEY, "session");
        Awaitility.await().until(() -> Files.notExists(folder));
    }
}

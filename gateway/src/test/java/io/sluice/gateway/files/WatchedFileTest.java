package io.sluice.gateway.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A watched file that changes, breaks or hangs; a parser that waits stands in for storage that does. */
@Timeout(60)
class WatchedFileTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("file"), text);
    }

    private static String contentOf(WatchedFile<String> file) {
        return Objects.requireNonNull(file.current().block(PATIENCE));
    }

    @Test
    void textThatIsNotUtf8KeepsThePreviousContent() throws IOException {
        WatchedFile<String> file = new WatchedFile<>(write("first"), text -> text);
        Files.write(folder.resolve("file"), "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(contentOf(file)).isEqualTo("first");
        write("second");
        assertThat(contentOf(file)).isEqualTo("second");
    }

    @Test
    void whatIsNoRegularFileIsRefusedInsteadOfWaitedFor() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(() -> new WatchedFile<>(pipe, text -> text)).hasMessageContaining("not a regular file");
        WatchedFile<String> file = new WatchedFile<>(write("first"), text -> text);
        Files.delete(folder.resolve("file"));
        Files.move(pipe, folder.resolve("file"));
        assertThatThrownBy(() -> contentOf(file)).hasMessageContaining("cannot be read");
    }

    @Test
    void whileItHangsEveryoneGetsTheLastContentAndOneThreadWaits() throws Exception {
        CountDownLatch hang = new CountDownLatch(1);
        AtomicInteger readers = new AtomicInteger();
        CompletableFuture<Void> hanging = new CompletableFuture<>();
        WatchedFile<String> file = new WatchedFile<>(write("first"), text -> {
            if (text.equals("second")) {
                readers.incrementAndGet();
                hanging.complete(null);
                hold(hang);
            }
            return text;
        });
        write("second");
        CompletableFuture<String> one = file.current().toFuture();
        hanging.get(20, TimeUnit.SECONDS);
        for (int i = 0; i < 100; i++) {
            assertThat(contentOf(file)).isEqualTo("first");
        }
        assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo("first");
        assertThat(readers).hasValue(1);
        hang.countDown();
        await().atMost(PATIENCE).until(() -> contentOf(file).equals("second"));
    }

    @Test
    void aCheckThatHasBegunDoesNotAnswerForAChangeAfterIt() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        CompletableFuture<Void> reading = new CompletableFuture<>();
        WatchedFile<String> file = new WatchedFile<>(write("first"), text -> {
            if (text.equals("second")) {
                reading.complete(null);
                hold(slow);
            }
            return text;
        });
        write("second");
        CompletableFuture<String> before = file.current().toFuture();
        reading.get(20, TimeUnit.SECONDS);
        write("third");
        CompletableFuture<String> after = file.current().toFuture();
        slow.countDown();
        assertThat(before.get(20, TimeUnit.SECONDS)).isIn("first", "second");
        assertThat(after.get(20, TimeUnit.SECONDS)).isEqualTo("third");
    }

    private static void hold(CountDownLatch latch) {
        try {
            latch.await(40, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

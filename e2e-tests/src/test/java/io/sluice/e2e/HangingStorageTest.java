package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.HangingStorage;
import io.sluice.e2e.harness.Operators;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Tool;
import io.sluice.e2e.wire.Handshake;
import io.sluice.protocol.ClientFeature;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Files whose storage no longer answers, as on a network share whose server is gone. */
final class HangingStorageTest {

    /** Of the whole shutdown, with the defaults. */
    private static final Duration BOUND = Duration.ofSeconds(27);

    private static final Duration PROMPTLY = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 30;
    private static final Pattern KEY = Pattern.compile("shown only once\\): (\\S+)");

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    @Test
    void aKeyFileThatHangsTakesNeitherGoodKeysNorOperatorsNorTheShutdownWithIt() throws IOException {
        Path keys = stage.directory("keys").resolve("publishers");
        String good = writeNewKey(keys);
        HangingStorage storage = stage.hangingStorage(keys.toString());
        Operators operators = stage.operators();
        List<String> options = new ArrayList<>(operators.options());
        options.addAll(List.of("--preview", "--auth-key-file", keys.toString()));
        GatewayProcess gateway =
                stage.gateway(options.toArray(String[]::new)).on(storage).start();

        storage.hang();
        List<Publisher> attempts = IntStream.range(0, ATTEMPTS)
                .mapToObj(i -> opening(gateway, "a-key-that-nobody-has-" + i))
                .toList();
        attempts.forEach(attempt -> Refusal.assertTold(attempt, FailureCode.NOT_AUTHORIZED, PROMPTLY));
        Publisher publisher = opening(gateway, good);
        publisher.heard().awaitOpened(PROMPTLY);
        publisher.send(recording.first(20), Pace.FLAT_OUT);
        assertThat(operators.get(gateway, "/api/streams").statusCode()).isEqualTo(200);
        assertThat(operators.get(gateway, "/metrics").statusCode()).isEqualTo(200);
        assertThat(gateway.isReady()).isTrue();
        assertThat(gateway.output()).containsOnlyOnce("its storage hangs");

        gateway.terminate();
        assertThat(gateway.awaitExit(BOUND)).isZero();
    }

    @Test
    void aKeyFileThatAnswersAgainIsFollowedAgain() throws IOException {
        Path keys = stage.directory("keys").resolve("publishers");
        Files.writeString(keys, "# nobody yet\n");
        HangingStorage storage = stage.hangingStorage(keys.toString());
        GatewayProcess gateway = stage.gateway("--preview", "--auth-key-file", keys.toString())
                .on(storage)
                .start();
        storage.hang();
        Refusal.assertTold(opening(gateway, "a-key-that-nobody-has"), FailureCode.NOT_AUTHORIZED, PROMPTLY);
        String good = writeNewKey(keys);
        storage.recover();
        await().atMost(Publisher.SOON).until(() -> gateway.output().contains("can be read again"));
        opening(gateway, good).heard().awaitOpened(PROMPTLY);

        Files.write(keys, new byte[] {'#', '\n', (byte) 0xff, '\n'});
        opening(gateway, "another-key-that-nobody-has");
        await().atMost(Publisher.SOON).until(() -> gateway.output().contains("line 2 is not UTF-8"));
        assertThat(gateway.output()).contains("the previous content stays active");
    }

    @Test
    void aFolderThatCannotBeDeletedDoesNotHoldTheShutdownUp() {
        HangingStorage storage = stage.hangingStorage("previews");
        GatewayProcess gateway = stage.gateway().on(storage).start();
        storage.hang();
        gateway.terminate();
        assertThat(gateway.awaitExit(BOUND)).isEqualTo(1);
        assertThat(gateway.output()).contains("not released: the state folder ", "Stopped");
    }

    /** Replaces the content of a key file with a new key. */
    private String writeNewKey(Path keys) throws IOException {
        Tool.Run made = stage.gateway("hash-key", "--new", "anna").runToItsEnd(Publisher.SOON);
        Matcher shown = KEY.matcher(made.err());
        assertThat(shown.find()).as(made.err()).isTrue();
        String line = made.out()
                .lines()
                .filter(text -> text.contains("hmac-"))
                .findFirst()
                .orElseThrow();
        Files.writeString(keys, line + "\n");
        return stage.secret(shown.group(1));
    }

    /** Asks with its key in {@code open}, and does not wait for the answer. */
    private Publisher opening(GatewayProcess gateway, String key) {
        Handshake handshake = Publisher.negotiated(key);
        Publisher publisher = gateway.connect(handshake);
        publisher.say(
                new Open(null, List.of(recording.mimeType()), null, null, null, null, Set.of(ClientFeature.DRAINING)));
        return publisher;
    }
}

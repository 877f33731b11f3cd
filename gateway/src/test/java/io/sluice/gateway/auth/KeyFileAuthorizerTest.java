package io.sluice.gateway.auth;

import static io.sluice.gateway.auth.AuthorizerTester.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.access.Authorization.Allowed;
import io.sluice.protocol.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key file on a real disk: the keys that it allows, and changes of the file. */
class KeyFileAuthorizerTest {

    private static final String ANNA = "live_anna_0123456789abcdef";
    private static final String VALID_LINE =
            "anna hmac-sha256$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private static final String BERT = "live_bert_0123456789abcdef";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    @SuppressWarnings("NullAway.Init") // Needs the folder.
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("keys");
    }

    private static String line(String name, String key) {
        return KeyFileEntry.of(name, key).orElseThrow();
    }

    private void write(String... lines) {
        try {
            Files.writeString(file, String.join("\n", lines) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private KeyFileAuthorizer reading(String... lines) throws IOException {
        write(lines);
        return KeyFileAuthorizer.reading(file);
    }

    @Test
    void keysWithALineAreAllowed() throws IOException {
        KeyFileAuthorizer authorizer = reading("# ours", "", line("anna", ANNA), "  " + line("bert@home", BERT) + "  ");
        assertThat(AuthorizerTester.allowed(authorizer, request(ANNA))).isEqualTo(new Allowed(List.of()));
        assertThat(AuthorizerTester.allowed(authorizer, request(BERT))).isEqualTo(new Allowed(List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "live_anna_0123456789abcde",
                "live_anna_0123456789abcdeg",
                "live_anna_0123456789abcdef0",
                "x",
                "LIVE_ANNA_0123456789ABCDEF",
                "anna"
            })
    void keysWithoutALineAreDenied(String key) throws IOException {
        assertThat(AuthorizerTester.denied(reading(line("anna", ANNA)), request(key)))
                .doesNotContain("anna");
    }

    @Test
    void theHashIsNoKey() throws IOException {
        String line = line("anna", ANNA);
        KeyFileAuthorizer authorizer = reading(line);
        for (String part : line.split("[ $]", -1)) {
            AuthorizerTester.denied(authorizer, request(part));
        }
        assertThat(line).doesNotContain(ANNA).isNotEqualTo(line("anna", ANNA));
    }

    @Test
    void aLineCanSetConditions() throws IOException {
        KeyFileAuthorizer authorizer = reading(line("anna", ANNA)
                + " expires=2027-01-31T20:00:00Z max-bits-per-second=4000000 output=rtmp://a/b/c output=rtmps://d/e");
        assertThat(AuthorizerTester.allowed(authorizer, request(ANNA)))
                .isEqualTo(new Allowed(
                        List.of("rtmp://a/b/c", "rtmps://d/e"),
                        null,
                        Instant.parse("2027-01-31T20:00:00Z"),
                        4_000_000));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3cr3t",
                "anna s3cr3t",
                "anna hmac-sha256$s3cr3t$s3cr3t",
                "anna hmac-sha256$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "an/na hmac-sha256$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                VALID_LINE + " s3cr3t",
                VALID_LINE + " expires=s3cr3t",
                VALID_LINE + " max-bits-per-second=-1",
                VALID_LINE + " max-bit-rate=1",
            })
    void aMalformedFileIsRefusedWithoutRepeatingIt(String line) {
        assertThatThrownBy(() -> reading("# fine", line))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("line 2: ")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cr3t"));
    }

    @Test
    void aNameStandsForOneKey() {
        assertThatThrownBy(() -> reading(line("anna", ANNA), line("anna", BERT)))
                .hasMessageContaining("line 2");
    }

    @Test
    void aFileThatIsMissingOrEmptyOrNoTextIsRefused() throws IOException {
        assertThatThrownBy(() -> KeyFileAuthorizer.reading(file)).isInstanceOf(IOException.class);
        Files.createFile(file);
        assertThatThrownBy(() -> KeyFileAuthorizer.reading(file)).hasMessageContaining("empty");
        Files.write(file, new byte[] {(byte) 0xFF, '\n'});
        assertThatThrownBy(() -> KeyFileAuthorizer.reading(file)).hasMessageContaining("UTF-8");
        Files.write(file, new byte[5 * 1_024 * 1_024]);
        assertThatThrownBy(() -> KeyFileAuthorizer.reading(file)).hasMessageContaining("larger");
    }

    @Test
    void changesTakeEffectImmediately() throws IOException {
        KeyFileAuthorizer authorizer = reading(line("anna", ANNA));
        AuthorizerTester.denied(authorizer, request(BERT));
        write(line("bert", BERT));
        AuthorizerTester.denied(authorizer, request(ANNA));
        AuthorizerTester.allowed(authorizer, request(BERT));
        Path other = Files.writeString(folder.resolve("new"), line("anna", ANNA) + "\n");
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        AuthorizerTester.allowed(authorizer, request(ANNA));
        AuthorizerTester.denied(authorizer, request(BERT));
    }

    @Test
    void aChangeThatLeavesSizeAndTimeAsTheyWereIsSeenToo() throws IOException {
        KeyFileAuthorizer authorizer = reading(line("anna", ANNA));
        FileTime time = Files.getLastModifiedTime(file);
        AuthorizerTester.allowed(authorizer, request(ANNA));
        write(line("anna", BERT));
        Files.setLastModifiedTime(file, time);
        AuthorizerTester.denied(authorizer, request(ANNA));
    }

    @Test
    void afterAWhileAnUnchangedFileIsNotReadAgain() throws IOException {
        KeyFileAuthorizer authorizer = reading(line("anna", ANNA));
        FileTime longAgo = FileTime.from(Instant.now().minusSeconds(60));
        Files.setLastModifiedTime(file, longAgo);
        AuthorizerTester.allowed(authorizer, request(ANNA));
        AuthorizerTester.allowed(authorizer, request(ANNA));
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(50)));
        AuthorizerTester.allowed(authorizer, request(ANNA));
        write(line("bert", BERT));
        AuthorizerTester.denied(authorizer, request(ANNA));
    }

    @Test
    void aHalfWrittenFileChangesNothing() throws IOException {
        KeyFileAuthorizer authorizer = reading(line("anna", ANNA));
        String whole = line("anna", ANNA) + "\n" + line("bert", BERT) + " max-bits-per-second=4000000\n";
        int firstLineEnd = whole.indexOf('\n') + 1;
        for (int length = 0; length < whole.length(); length += length + 7 == firstLineEnd ? 6 : 7) {
            Files.writeString(file, whole.substring(0, length));
            AuthorizerTester.allowed(authorizer, request(ANNA));
            AuthorizerTester.denied(authorizer, request(BERT));
        }
        Files.writeString(file, whole);
        assertThat(AuthorizerTester.allowed(authorizer, request(BERT)).maxBitsPerSecond())
                .isEqualTo(4_000_000);
    }

    @Test
    void whileTheFileIsMissingAuthorizationIsUnavailable() throws IOException {
        KeyFileAuthorizer authorizer = reading(line("anna", ANNA));
        Files.move(file, folder.resolve("away"));
        assertThat(AuthorizerTester.unavailable(authorizer, request(ANNA))).contains("keys cannot be read");
        AuthorizerTester.unavailable(authorizer, request(BERT));
        Files.createDirectory(file);
        AuthorizerTester.unavailable(authorizer, request(ANNA));
        Files.delete(file);
        Files.move(folder.resolve("away"), file);
        AuthorizerTester.allowed(authorizer, request(ANNA));
    }

    @Test
    void tenThousandKeysAreSupported() throws IOException {
        String many = IntStream.range(0, 9_999)
                .mapToObj(i -> line("n" + i, "an-unguessable-key-" + i))
                .collect(Collectors.joining("\n"));
        KeyFileAuthorizer authorizer = reading(many, line("anna", ANNA));
        AuthorizerTester.allowed(authorizer, request(ANNA));
        AuthorizerTester.allowed(authorizer, request("an-unguessable-key-0"));
        assertThatThrownBy(() -> reading(many, line("anna", ANNA), line("bert", BERT)))
                .hasMessageContaining("10000");
    }

    @Test
    void aGeneratedKeyIsValidForALine() {
        String key = KeyFileEntry.newKey();
        assertThat(key).hasSize(28).isNotEqualTo(KeyFileEntry.newKey());
        assertThat(KeyFileEntry.of("anna", key)).isInstanceOf(Result.Ok.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "demo", "fifteen-letters", "a key with spaces in it", "a/key/with/slashes"})
    void guessableAndInvalidKeysGetNoLine(String key) {
        assertThat(KeyFileEntry.of("anna", key)).isInstanceOf(Result.Refused.class);
        assertThat(KeyFileEntry.of("an na", ANNA)).isInstanceOf(Result.Refused.class);
    }
}

package io.sluice.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The syntax of token files; {@link AdminRoutesTest} tests access with real requests. */
class TokenFileTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    private TokenFile holding(String text) throws IOException {
        return TokenFile.reading(Files.writeString(folder.resolve("tokens"), text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0123456789abcdef",
                "0123456789abcdef\n",
                "# mine\r\n\r\n  0123456789abcdef  \r\n# yours\nYWJjZGVmZ2hpamtsbW5vcA==\n",
                "a.b_c~d+e/f-0123456789",
            })
    void linesAreTokens(String text) throws IOException {
        assertThat(holding(text)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n# none\n",
                "fifteen-letters",
                "0123456789abcdef\nshort",
                "two words, one of them is long",
                "0123456789äbcdef",
            })
    void unusableAndGuessableTokensAreRefusedAndNotRepeated(String text) {
        assertThatThrownBy(() -> holding(text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("token")
                .hasMessageNotContaining("0123")
                .hasMessageNotContaining("words,");
    }

    @Test
    void aMissingFileIsReported() {
        assertThatThrownBy(() -> TokenFile.reading(folder.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFileThatIsFarTooLargeIsNotReadWhole() {
        assertThatThrownBy(() -> holding("0123456789abcdef\n".repeat(5_000))).hasMessageContaining("larger than");
    }
}

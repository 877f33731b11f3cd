package io.sluice.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import io.sluice.gateway.files.MalformedFileException;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Any line of a key file is valid or reported as malformed; a line written for a key matches that key and no other. */
class KeyFileEntryFuzzTest {

    static Stream<Arguments> seeds() {
        String line = KeyFileEntry.of("anna", "0123456789abcdef").orElseThrow();
        return Stream.of(
                Arguments.of(line, "anna", "0123456789abcdef"),
                Arguments.of(
                        line + " expires=2027-01-31T20:00:00Z max-bits-per-second=4000000 output=rtmp://h/a/k",
                        "b@home",
                        "live_123456789_AbCdEfGh?bandwidthtest=true"),
                Arguments.of(line, "0123456789abcdef", "0123456789abcdef"),
                Arguments.of("anna hmac-sha256$$", "", "short"));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "4s")
    void aLineIsAKeyOrMalformed(@NotNull String line, @NotNull String name, @NotNull String key)
            throws MalformedFileException {
        try {
            HashedKey read = HashedKey.parse(line);
            assertThat(HashedKey.isName(read.name())).isTrue();
            assertThat(line).contains(read.name());
        } catch (MalformedFileException e) {
            assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(200);
        }
        if (KeyFileEntry.of(name, key) instanceof Result.Ok<String> written) {
            HashedKey read = HashedKey.parse(written.value());
            assertThat(written.value()).doesNotContain(key);
            assertThat(read.name()).isEqualTo(name);
            assertThat(read.matches(HashedKey.mac(), StreamKey.parse(key).orElseThrow()))
                    .isTrue();
            String other = (key.startsWith("x") ? "y" : "x") + key.substring(1);
            assertThat(read.matches(HashedKey.mac(), StreamKey.parse(other).orElseThrow()))
                    .isFalse();
        }
    }
}

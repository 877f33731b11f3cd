package io.sluice.gateway.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the client's key and the operator's URL, the server, application and query stay the operator's. */
class PublishTemplateFuzzTest {

    private static final List<String> TEMPLATES = List.of(
            "rtmp://host/app/{streamKey}",
            "rtmps://user:pass@host:443/a/b/{streamKey}",
            "rtmp://[::1]:1935/app/{streamKey}?sign=operator",
            "rtmp://host/{streamKey}/main",
            "rtmp://host/app/key?token={streamKey}&x=1");

    static Stream<Arguments> seeds() {
        return Stream.of(
                Arguments.of("k-1", TEMPLATES.get(0)),
                Arguments.of("live?y=1&z", TEMPLATES.get(2)),
                Arguments.of("a:b.flv", TEMPLATES.get(3)),
                Arguments.of("anna.mp4", "rtmp://host/app/{streamKey}{streamKey}"),
                Arguments.of("..", "RTMP://host/#{streamKey}"));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "4s")
    void aKeyCannotLeaveItsPlace(@NotNull String key, @NotNull String template) {
        if (StreamKey.parse(key) instanceof Result.Ok<StreamKey> ok) {
            TEMPLATES.forEach(known -> check(known, PublishTemplate.parse(known), ok.value()));
            PublishTemplate parsed = parsed(template);
            if (parsed != null) {
                check(template, parsed, ok.value());
            }
        } else {
            parsed(template);
        }
    }

    private static @Nullable PublishTemplate parsed(String template) {
        try {
            return PublishTemplate.parse(template);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).startsWith("the publish URL").doesNotContain("\n");
            return null;
        }
    }

    private static void check(String template, PublishTemplate parsed, StreamKey key) {
        if (!(parsed.urlFor(key) instanceof Result.Ok<String> url)) {
            return;
        }
        URI harmless = URI.create(template.replace(PublishTemplate.PLACEHOLDER, "k"));
        URI real = URI.create(url.value());
        assertThat(real.getScheme()).isEqualTo(harmless.getScheme());
        assertThat(real.getRawAuthority()).isEqualTo(harmless.getRawAuthority());
        assertThat(real.getRawFragment()).isNull();
        assertThat(segments(real)).isEqualTo(segments(harmless));
        if (TEMPLATES.contains(template)) {
            assertThat(real.normalize().getRawPath()).as("no path traversal").isEqualTo(real.getRawPath());
        }
        if (harmless.getRawQuery() != null) {
            assertThat(real.getRawQuery().chars().filter(c -> c == '&').count())
                    .isEqualTo(
                            harmless.getRawQuery().chars().filter(c -> c == '&').count());
        }
    }

    private static long segments(URI uri) {
        return uri.getRawPath().chars().filter(c -> c == '/').count();
    }
}

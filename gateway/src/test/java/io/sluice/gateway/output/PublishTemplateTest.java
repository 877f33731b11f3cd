package io.sluice.gateway.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.session.SessionStage;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.net.URI;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublishTemplateTest {

    @ParameterizedTest
    @CsvSource({
        "rtmp://host/app/{streamKey},              rtmp://host/app/k-1?a=b&c=d",
        "RTMPS://host:443/app/{streamKey},         RTMPS://host:443/app/k-1?a=b&c=d",
        "rtmp://[::1]:1935/app/{streamKey},        rtmp://[::1]:1935/app/k-1?a=b&c=d",
        "rtmp://host/app/fixed,                    rtmp://host/app/fixed",
    })
    void theKeyReplacesThePlaceholderUnchanged(String template, String url) {
        assertThat(PublishTemplate.parse(template).urlFor(SessionStage.key("k-1?a=b&c=d")))
                .isEqualTo(Result.ok(url));
    }

    @ParameterizedTest
    @CsvSource({
        "rtmp://host/{streamKey}/x/{streamKey},     k-1,       rtmp://host/k-1/x/k-1",
        "rtmp://host/{streamKey}/x,                 k1+2=3~., rtmp://host/k1+2=3~./x",
        "rtmp://host/app/key?token={streamKey},     k=1,       rtmp://host/app/key?token=k=1",
        "rtmp://host/app/{streamKey}?sign=op,       k-1,       rtmp://host/app/k-1?sign=op",
    })
    void aKeyWithoutAQueryIsAcceptedAnywhere(String template, String key, String url) {
        assertThat(PublishTemplate.parse(template).urlFor(SessionStage.key(key)))
                .isEqualTo(Result.ok(url));
    }

    /** Each would change the operator's URL: its path, its signature or one of its parameters. */
    @ParameterizedTest
    @CsvSource({
        "rtmp://host/{streamKey}/x,                 live?y",
        "rtmp://host/app/{streamKey}/main,          other?x=",
        "rtmp://host/app/{streamKey}?sign=op,       k?sign=mine",
        "rtmp://host/app/{streamKey}?sign=op,       k&sign=mine",
        "rtmp://host/app/key?token={streamKey},     t&admin=1",
        "rtmp://host/app/key?token={streamKey}&x=1, t&x=2",
        "rtmp://host/app/key?token={streamKey},     t?admin=1",
        "rtmp://host/app/{streamKey}-{streamKey},   a?b",
        "rtmp://host/app/{streamKey}/main,          a:b",
        "rtmp://host/app/{streamKey},               anna.flv",
        "rtmp://host/app/{streamKey},               anna.mp4",
        "rtmp://host/app/{streamKey},               anna.f4v",
        "rtmp://host/app/{streamKey},               anna?x=.flv",
        "rtmp://host/app/x?key={streamKey},         anna.flv",
    })
    void aKeyChangesOnlyThePlaceholder(String template, String key) {
        assertThat(PublishTemplate.parse(template).urlFor(SessionStage.key(key)))
                .isInstanceOfSatisfying(
                        Result.Refused.class,
                        refused -> assertThat(refused.failure().code()).isEqualTo(FailureCode.INVALID_STREAM_KEY));
    }

    @ParameterizedTest
    @CsvSource({
        "rtmp://host/app?s{streamKey},          list=victim",
        "rtmp://host/app/x?y=s{streamKey}=victim, list",
    })
    void aKeyThatCompletesAnOptionIsRefused(String template, String key) {
        assertThat(PublishTemplate.parse(template).urlFor(SessionStage.key(key)))
                .isInstanceOf(Result.Refused.class);
    }

    /** FFmpeg cuts off what is longer, so that two keys would be one stream. */
    @Test
    void aKeyThatIsTooLongForItsPlaceIsRefused() {
        assertThat(PublishTemplate.parse("rtmp://host/app/{streamKey}").urlFor(SessionStage.key("k".repeat(511))))
                .isInstanceOf(Result.Ok.class);
        assertThat(PublishTemplate.parse("rtmp://host/app/{streamKey}").urlFor(SessionStage.key("k".repeat(512))))
                .isInstanceOf(Result.Refused.class);
        assertThat(PublishTemplate.parse("rtmp://host/{streamKey}/x").urlFor(SessionStage.key("k".repeat(128))))
                .isInstanceOf(Result.Refused.class);
    }

    /** Path traversal is rejected by the key's own syntax. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "..", ".", "../other", "a/../../b", "a/b", "/etc", "a\\b", "a%2fb", "%2e%2e", "a#b", "a b", "a\nb",
                "a\0b", "a@evil.example", "a|b", "a;b", "a,b", "[a]", "a\"b", "a'b", "a$b", "a`b", "a\u2215b",
                        "a\uff0fb"
            })
    void pathTraversalIsNoValidKey(String text) {
        assertThat(StreamKey.parse(text)).isInstanceOf(Result.Refused.class);
    }

    /** Any key, in any position, changes only the placeholder. */
    @Test
    void anyKeyLeavesTheRestOfTheUrlUnchanged() {
        String characters = "abzAZ09-_.~+:?=&";
        Random random = new Random(4);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = 1 + random.nextInt(12); length > 0; length--) {
                text.append(characters.charAt(random.nextInt(characters.length())));
            }
            for (String template : List.of(
                    "rtmp://h:1/a/{streamKey}", "rtmp://h:1/a/{streamKey}/z", "rtmp://h:1/a/z?q={streamKey}&r=1")) {
                StreamKey.parse(text.toString())
                        .flatMap(key -> PublishTemplate.parse(template).urlFor(key))
                        .toOptional()
                        .map(URI::create)
                        .ifPresent(url -> assertThat(url)
                                .hasScheme("rtmp")
                                .hasAuthority("h:1")
                                .hasNoFragment()
                                .satisfies(u -> assertThat(u.normalize().getRawPath())
                                        .startsWith("/a/")
                                        .isEqualTo(u.getRawPath()))
                                .satisfies(u -> assertThat(u.getRawPath().split("/", -1))
                                        .hasSize(template.endsWith("/z") ? 4 : 3))
                                .satisfies(u -> assertThat(
                                                template.contains("q=")
                                                        ? u.getRawQuery().split("&", -1).length
                                                        : 2)
                                        .isEqualTo(2)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s3cr3t",
                "http://host/app/s3cr3t",
                "file:///etc/s3cr3t",
                "rtmp:s3cr3t",
                "rtmp://host",
                "rtmp://host/",
                "rtmp:///s3cr3t",
                "rtmp://host/app/s3cr3t with a space",
                "rtmp://host/app/{s3cr3t}",
                "rtmp://host/app/x#s3cr3t",
                "rtmp://{streamKey}/app/s3cr3t",
                "rtmp://{streamKey}.host/app/s3cr3t",
                "rtmp://user:{streamKey}@host/s3cr3t",
                "rtmp://host/app/s3cr3t\nrtmp://other/app",
                "rtmp://host:/app/s3cr3t",
                "rtmp://host:0/app/s3cr3t",
                "rtmp://host:65536/app/s3cr3t",
                "rtmp://host:s3cr3t/app",
                "rtmp://s3cr3t@/app",
                "rtmp://@host/app/s3cr3t",
                "rtmp://:s3cr3t@host/app",
                "rtmp://a@s3cr3t@host/app",
                "rtmp://host/app?slist=s3cr3t",
                "rtmp://host/app/{streamKey}?s3cr3t&SLIST=x",
                "rtmp://host/app/s3cr3t\\ live=1"
            })
    void anInvalidPublishUrlIsRefusedWithoutRepeatingIt(String template) {
        assertThatThrownBy(() -> PublishTemplate.parse(template))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage())
                        .contains("publish URL")
                        .doesNotContain("s3cr3t")
                        .doesNotContain("\n"));
    }

    @ParameterizedTest
    @CsvSource({
        "rtmp://host/app/{streamKey},               rtmp://host/app/{streamKey}",
        "rtmp://host:1935/app/{streamKey},          rtmp://host:1935/app/{streamKey}",
        "rtmp://host/app/s3cr3t,                    rtmp://host/…",
        "rtmp://user:s3cr3t@host/app/{streamKey},   rtmp://host/…",
        "rtmp://s3cr3t@host:1935/app/{streamKey},   rtmp://host:1935/…",
        "RTMPS://s3cr3t@[::1]:443/app/{streamKey},  rtmps://[::1]:443/…",
        "rtmp://host/app/{streamKey}?token=s3cr3t,  rtmp://host/…",
    })
    void itPrintsWithoutSecrets(String template, String printed) {
        assertThat(PublishTemplate.parse(template)).hasToString(printed);
    }
}

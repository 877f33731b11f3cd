package io.sluice.gateway.auth;

import static io.sluice.gateway.auth.AuthorizerTester.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** The authorizer names a server; the list decides whether it is allowed. */
class AllowedOutputsTest {

    private static final AllowedOutputs LIST = AllowedOutputs.of(
            List.of("rtmp://Live.example.org", "rtmps://secure.example.org:4433/", "rtmp://[::1]:1935"));

    private static Authorizer naming(String... urls) {
        return LIST.guard(request -> Mono.just(Authorization.allow(List.of(urls))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rtmp://live.example.org/app/key",
                "rtmp://LIVE.example.org:1935/app/key?sign=x",
                "RTMP://user:password@live.example.org/app/key",
                "rtmps://secure.example.org:4433/app/key",
                "rtmp://[::1]/app/key",
            })
    void listedServersCanBeNamed(String url) {
        assertThat(AuthorizerTester.allowed(naming(url), request("k")).publishUrls())
                .containsExactly(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rtmp://evil.example/app/s3cr3t",
                "rtmp://live.example.org.evil.example/app/s3cr3t",
                "rtmp://live.example.org@evil.example/app/s3cr3t",
                "rtmp://live.example.org:1935@evil.example/app/s3cr3t",
                "rtmp://evil.example#@live.example.org/app/s3cr3t",
                "rtmp://evil.example?@live.example.org/app/s3cr3t",
                "rtmp://evil.example\\@live.example.org/app/s3cr3t",
                "rtmp://evil.example/@live.example.org/app/s3cr3t",
                "rtmp://a@evil.example@live.example.org/app/s3cr3t",
                "rtmp://live.example.org:1936/app/s3cr3t",
                "rtmp://live.example.org:/app/s3cr3t -f mp4 /tmp/x",
                "rtmps://live.example.org/app/s3cr3t",
                "rtmp://secure.example.org:4433/app/s3cr3t",
                "rtmp://live.example.org",
                "rtmp://live.example.org/",
                "rtmp://live.example.org /app/s3cr3t",
                "rtmp://live.example.org/app/s3cr3t live=1",
                "rtmp://live.example.org/app/s3cr3t\nrtmp://evil.example/x",
                "rtmp://live%2eexample.org/app/s3cr3t",
                "rtmp://127.0.0.1/app/s3cr3t",
                "rtmp:/live.example.org/app/s3cr3t",
                "rtmpt://live.example.org/app/s3cr3t",
                "http://live.example.org/s3cr3t",
                "tcp://live.example.org:1935/s3cr3t",
                "file:///etc/passwd",
                "pipe:1",
                "concat:rtmp://live.example.org/app/s3cr3t",
                "tee:rtmp://live.example.org/app/s3cr3t",
                "/tmp/s3cr3t",
                "-y",
                "",
            })
    void otherUrlsCannotBeNamed(String url) {
        assertThat(AuthorizerTester.unavailable(naming("rtmp://live.example.org/app/key", url), request("k")))
                .contains("--allow-output")
                .doesNotContain("s3cr3t");
    }

    @Test
    void answersWithoutOutputsAreUnchanged() {
        assertThat(AuthorizerTester.allowed(naming(), request("k")).publishUrls())
                .isEmpty();
        assertThat(AuthorizerTester.denied(LIST.guard(request -> Mono.just(Authorization.deny("no"))), request("k")))
                .isEqualTo("no");
    }

    @Test
    void withoutAListTheServersOfTheOwnOutputsMayBeNamed() {
        AllowedOutputs own =
                AllowedOutputs.ofServersIn(List.of("rtmp://a.example/app/{streamKey}", "rtmps://b.example:1/x"));
        AuthorizerTester.allowed(
                own.guard(r ->
                        Mono.just(Authorization.allow(List.of("rtmp://a.example:1935/y", "rtmps://b.example:1/z")))),
                request("k"));
        AuthorizerTester.unavailable(
                own.guard(r -> Mono.just(Authorization.allow(List.of("rtmps://b.example/z")))), request("k"));
        AuthorizerTester.unavailable(
                AllowedOutputs.ofServersIn(List.of())
                        .guard(r -> Mono.just(Authorization.allow(List.of("rtmp://a.example/y")))),
                request("k"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "live.example.org",
                "rtmp://",
                "rtmp://a/app",
                "rtmp://u@a",
                "http://a",
                "rtmp://*.a",
                "rtmp://a:x"
            })
    void whatIsNoServerCannotBeListed(String server) {
        assertThatThrownBy(() -> AllowedOutputs.of(List.of(server)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allowed output");
    }
}

package io.sluice.gateway.ffmpeg.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.output.Output;
import io.sluice.gateway.output.Output.RtmpOutput;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedactorTest {

    private static final String KEY = "FB-123-abc?s_ps=1&a=AbX_9+~z";
    private static final RtmpOutput OUTPUT = new RtmpOutput("rtmps://user:pa55@live.example:443/app/" + KEY, false);
    private final Redactor redactor = new Redactor(List.of(KEY), List.of(OUTPUT));

    @Test
    void onlyTheServerOfAUrlIsKept() {
        assertThat(redactor.redact("[error] " + OUTPUT.url() + ": Connection refused"))
                .isEqualTo("[error] rtmps://live.example:443/…: Connection refused");
    }

    @Test
    void theKeyIsRemovedInAllItsForms() {
        for (String form : List.of(
                KEY,
                "FB-123-abc%3Fs_ps%3D1%26a%3DAbX_9%2B%7Ez",
                "FB-123-abc%3fs_ps%3d1%26a%3dAbX_9%2b%7ez",
                "FB-123-abc%3Fs_ps=1&a=AbX_9%2B~z",
                "FB-123-abc",
                "s_ps=1&a=AbX_9+~z",
                "playpath FB-123-abc?s_ps=1",
                "AbX_9+~z")) {
            assertThat(redactor.redact("<" + form + ">")).doesNotContain("FB-123", "AbX_9", "abc");
        }
    }

    @Test
    void userInformationOfAnyFormIsRemoved() {
        for (String userInfo : List.of("s3cr3t", "s3cr3t:", "me:s3cr3t", "s3cr3t:s3cr3t:s3cr3t", "m%65:s3cr3t")) {
            for (String host : List.of("host", "host:1935", "[::1]", "[::1]:1935", "host:")) {
                for (String path : List.of("", "/", "/app", "/app/key?x")) {
                    String url = "RTMP://" + userInfo + "@" + host + path;
                    Redactor any = new Redactor(List.of(), List.of(new RtmpOutput(url, false)));
                    assertThat(any.redact("[error] " + url + " failed, user s3cr3t"))
                            .doesNotContain("s3cr3t");
                }
            }
        }
    }

    @Test
    void credentialsOfAnyUrlAreRemoved() {
        assertThat(redactor.redact("proxy http://me:secret@proxy:3128/ and pa55"))
                .isEqualTo("proxy http://…@proxy:3128/ and …");
    }

    @Test
    void aSecretTruncatedByALineEndIsRemoved() {
        assertThat(redactor.redact("Opening FB-123-ab")).isEqualTo("Opening …");
        assertThat(redactor.redact("rtmps://user:pa55@live.example:443/app/FB-123-abc?s_p"))
                .doesNotContain("FB-", "pa55");
    }

    @Test
    void aShortKeyIsRemovedAsASeparateWord() {
        Redactor shortKey = new Redactor(List.of("a"), List.of(new RtmpOutput("rtmp://host/live/a", false)));
        assertThat(shortKey.redact("a failed at rtmp://host/live/a: bad data"))
                .isEqualTo("… failed at rtmp://host/…: bad data");
    }

    @Test
    void aFixedPublishUrlIsASecretToo() {
        Redactor fixed =
                new Redactor(List.of(), List.of(new RtmpOutput("rtmp://host/app/inst/live_42_tok?x=tok2222", true)));
        assertThat(fixed.redact("[rtmp] path live_42_tok?x=tok2222 app app/inst"))
                .doesNotContain("live_42", "tok2222");
    }

    @Test
    void outputsDoNotPrintTheirSecrets() {
        assertThat(OUTPUT).hasToString("rtmps://live.example:443/…");
        assertThat(new RtmpOutput("rtmp://h o s t/app/secret", true).toString()).doesNotContain("secret");
        assertThat(new Output.HlsOutput(Path.of("/srv/secret"))).hasToString("HLS");
        assertThat(new Redactor(List.of(), List.of(new Output.HlsOutput(Path.of("/srv/hls/secret"))))
                        .redact("/srv/hls/secret/index.m3u8: no"))
                .isEqualTo("…/index.m3u8: no");
    }
}

package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublishTemplateTest {

    @ParameterizedTest
    @CsvSource({
        "rtmp://host/app/{streamKey},              rtmp://host/app/k-1?a=b&c=d",
        "RTMPS://host:443/app/{streamKey},         RTMPS://host:443/app/k-1?a=b&c=d",
        "rtmp://host/{streamKey}/x/{streamKey},    rtmp://host/k-1?a=b&c=d/x/k-1?a=b&c=d",
        "rtmp://[::1]:1935/app/{streamKey},        rtmp://[::1]:1935/app/k-1?a=b&c=d",
        "rtmp://host/app/fixed,                    rtmp://host/app/fixed",
        "rtmp://host/app/key?token={streamKey},    rtmp://host/app/key?token=k-1?a=b&c=d",
    })
    void theKeyStandsInItsPlaceAsItIs(String template, String url) {
        assertThat(PublishTemplate.parse(template).urlFor(SessionStage.key("k-1?a=b&c=d")))
                .isEqualTo(url);
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
                "rtmp://{streamKey}/app/s3cr3t",
                "rtmp://{streamKey}.host/app/s3cr3t",
                "rtmp://user:{streamKey}@host/s3cr3t",
                "rtmp://host/app/s3cr3t\nrtmp://other/app"
            })
    void whatIsNoPublishUrlIsRefusedInWordsThatDoNotRepeatIt(String template) {
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
        "rtmp://host/app/{streamKey}?token=s3cr3t,  rtmp://host/…",
    })
    void itPrintsWithoutSecrets(String template, String printed) {
        assertThat(PublishTemplate.parse(template)).hasToString(printed);
    }
}

package io.sluice.gateway.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server is the one to which FFmpeg connects, also if the URL is one that operators may not write. */
class RtmpServerTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            rtmp://host/live/key,                rtmp://host:1935
            RTMP://HOST/live/key,                rtmp://host:1935
            rtmps://host/live/key,               rtmps://host:443
            rtmps://host:8443/live/key,          rtmps://host:8443
            rtmp://user:s3cr3t@host/live/key,    rtmp://host:1935
            rtmp://user:a@b@host:1936/live/key,  rtmp://host:1936
            rtmp://host/live/key@elsewhere:1,    rtmp://host:1935
            rtmp://host?key@elsewhere:1,         rtmp://host:1935
            rtmp://[::1]/live/key,               rtmp://[::1]:1935
            rtmp://[2001:DB8::1]:1936/live/key,  rtmp://[2001:db8::1]:1936
            rtmp://host:/live/key,               rtmp://host:1935
            rtmp://host:nonsense/live/key,       rtmp://host:1935
            rtmp://host:99999/live/key,          rtmp://host:1935
            rtmp://a key in{odd}\\chars/live,    rtmp://a key in{odd}\\chars:1935
            """)
    void theServerIsFound(String url, String server) {
        assertThat(RtmpServer.of(new Output.RtmpOutput(url, false))).hasToString(server);
    }
}

package io.sluice.gateway.ffmpeg.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.output.Output;
import io.sluice.gateway.output.Output.HlsOutput;
import io.sluice.gateway.output.Output.RtmpOutput;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A failure of one of several outputs names it, and nothing of its key. The lines are those of FFmpeg 5.1 and 8.1. */
class FailedOutputTest {

    private static final String KEY = "s3cr3t-k3y";
    private static final RtmpOutput FIRST = new RtmpOutput("rtmp://first.example/live/" + KEY, false);
    private static final RtmpOutput SECOND =
            new RtmpOutput("rtmps://second.example:9443/app/" + KEY + "?sign=x", false);
    private static final RtmpOutput NEIGHBOUR = new RtmpOutput("rtmp://first.example/other/" + KEY, false);
    private static final HlsOutput PREVIEW = new HlsOutput(Path.of("/tmp/" + KEY));

    private static String message(List<? extends Output> outputs, String... lines) {
        StderrTail tail = new StderrTail(new Redactor(List.of(KEY), outputs), outputs);
        List.of(lines).forEach(tail::add);
        String message = FailureDiagnosis.of(1, tail, null, false)
                .failure()
                .orElseThrow()
                .message();
        assertThat(message).doesNotContain(KEY, "sign=x");
        return message;
    }

    @Test
    void theServerOfAnErrorTellsTheOutput() {
        String refused = "[tcp @ 0x55] [error] Connection to tcp://%s?tcp_nodelay=1 failed: Connection refused";
        assertThat(message(List.of(FIRST, SECOND), refused.formatted("first.example:1935")))
                .contains(" Output: rtmp://first.example/live. ");
        assertThat(message(List.of(FIRST, SECOND), refused.formatted("second.example:9443")))
                .contains(" Output: rtmps://second.example:9443/app. ");
        assertThat(message(List.of(FIRST, SECOND), refused.formatted("not-first.example:1935")))
                .doesNotContain(" Output: ");
    }

    @Test
    void theUrlOfAnErrorTellsTheOutputAlsoIfTwoShareAServer() {
        assertThat(message(
                        List.of(FIRST, NEIGHBOUR),
                        "[error] av_interleaved_write_frame(): Broken pipe",
                        "[error] Error writing trailer of " + NEIGHBOUR.url() + ": Broken pipe"))
                .contains(" Output: rtmp://first.example/other. ");
        assertThat(message(
                        List.of(FIRST, NEIGHBOUR),
                        "[tcp @ 0x5] [error] Connection to tcp://first.example:1935 failed: Connection refused"))
                .doesNotContain(" Output: ");
    }

    @Test
    void theNumberOfAnErrorTellsTheOutput() {
        assertThat(message(
                        List.of(FIRST, SECOND, PREVIEW),
                        "[out#0/flv @ 0x5] [warning] something else",
                        "[aost#1:1/aac @ 0x5] [error] Error submitting a packet to the muxer: Connection reset by peer",
                        "[out#1/flv @ 0x5] [error] Error writing trailer: Connection reset by peer"))
                .contains(" Output: rtmps://second.example:9443/app. ");
        assertThat(message(List.of(FIRST, PREVIEW), "[out#1/hls @ 0x5] [error] Failed to open file 'index.m3u8'"))
                .contains(" Output: the preview. ");
    }

    @Test
    void aSingleOutputIsNamedAndSeveralFailedOnesAreNot() {
        String reset =
                "[vost#%d:0/copy @ 0x5] [error] Error submitting a packet to the muxer: Connection reset by peer";
        assertThat(message(List.of(FIRST), reset.formatted(0))).contains(" Output: rtmp://first.example/live. ");
        assertThat(message(List.of(FIRST, SECOND), reset.formatted(0), reset.formatted(1)))
                .doesNotContain(" Output: ");
    }

    @Test
    void anApplicationThatIsTheKeyIsRedacted() {
        RtmpOutput keyOnly = new RtmpOutput("rtmp://third.example/" + KEY, false);
        assertThat(message(
                        List.of(FIRST, keyOnly),
                        "[out#1/flv @ 0x5] [error] Error opening output x: Connection refused"
                                .replace("[error]", "[fatal]")))
                .contains(" Output: rtmp://third.example/…. ");
    }
}

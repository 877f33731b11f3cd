package io.sluice.gateway.ffmpeg.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.plan.StreamPlanner;
import io.sluice.gateway.output.Output.HlsOutput;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Feeds inputs that would make an unrestricted FFmpeg read a file or connect to another host directly into two real
 * FFmpegs, without the gateway's own check of the first bytes.
 */
class HostileInputTest {

    private static final List<String> TYPES =
            List.of("video/webm;codecs=h264,opus", "video/mp4;codecs=avc1,opus", "video/webm");

    @TempDir
    private Path directory;

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private static final List<String> TEXTS = List.of("""
            #EXTM3U
            #EXT-X-TARGETDURATION:2
            #EXTINF:2,
            URL
            #EXT-X-ENDLIST
            """, """
            ffconcat version 1.0
            file 'URL'
            """, """
            v=0
            o=- 0 0 IN IP4 127.0.0.1
            s=x
            c=IN IP4 127.0.0.1
            t=0 0
            a=control:URL
            m=video 9 RTP/AVP 96
            a=rtpmap:96 H264/90000
            """, """
            <?xml version="1.0"?>
            <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S">
            <Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1">
            <BaseURL>URL</BaseURL><SegmentBase/></Representation></AdaptationSet></Period></MPD>
            """);

    static Stream<Arguments> attacks() {
        return RealFfmpeg.both().stream().flatMap(ffmpeg -> TEXTS.stream().map(text -> Arguments.of(ffmpeg, text)));
    }

    @ParameterizedTest(name = "FFmpeg {0}")
    @MethodSource("attacks")
    void referencesToOtherSourcesAreRefusedAndNotFollowed(RealFfmpeg real, String text) throws Exception {
        Path secret = Files.writeString(directory.resolve("secret.ts"), "secret");
        for (String place : List.of(url(), "file://" + secret, secret.toString())) {
            for (String type : TYPES) {
                RealFfmpeg.Run run = real.run(
                        command(real, type),
                        directory,
                        text.replace("URL", place).getBytes(StandardCharsets.UTF_8));
                StderrTail tail = new StderrTail(new Redactor(List.of(), List.of()));
                run.stderr().lines().forEach(tail::add);
                assertThat(FailureDiagnosis.of(run.exitCode(), tail, null, false)
                                .failure())
                        .hasValueSatisfying(
                                failure -> assertThat(failure.code()).isEqualTo(FailureCode.UNRECOGNIZED_MEDIA));
                assertThat(directory.resolve("index.m3u8")).doesNotExist();
            }
        }
        assertThat(requests).isEmpty();
    }

    static List<RealFfmpeg> ffmpegs() {
        return RealFfmpeg.both();
    }

    /** Proves that the listener would notice. */
    @ParameterizedTest
    @MethodSource("ffmpegs")
    void withoutTheGuardsTheListenerIsCalled(RealFfmpeg real) {
        List<String> command = new ArrayList<>(command(real, TYPES.get(0)));
        command.set(command.indexOf("-protocol_whitelist") + 1, "pipe,http,tcp");
        command.set(command.indexOf("-format_whitelist") + 1, "concat");
        int demuxer = command.indexOf("-f");
        command.set(demuxer + 1, "concat");
        command.addAll(demuxer, List.of("-safe", "0"));
        real.run(command, directory, ("ffconcat version 1.0\nfile '" + url() + "'\n").getBytes(StandardCharsets.UTF_8));
        assertThat(requests).containsExactly("/bait.ts");
    }

    /**
     * The demuxer alone is sufficient against this input, and so is the protocol list: each is tested without the
     * other.
     */
    @ParameterizedTest
    @MethodSource("ffmpegs")
    void eachGuardIsSufficientAlone(RealFfmpeg real) {
        byte[] concat = ("ffconcat version 1.0\nfile '" + url() + "'\n").getBytes(StandardCharsets.UTF_8);
        List<String> withoutProtocols = new ArrayList<>(command(real, TYPES.get(0)));
        withoutProtocols.set(withoutProtocols.indexOf("-protocol_whitelist") + 1, "pipe,http,tcp");
        real.run(withoutProtocols, directory, concat);

        List<String> withoutDemuxer = new ArrayList<>(command(real, TYPES.get(0)));
        withoutDemuxer.set(withoutDemuxer.indexOf("-format_whitelist") + 1, "concat");
        int demuxer = withoutDemuxer.indexOf("-f");
        withoutDemuxer.set(demuxer + 1, "concat");
        withoutDemuxer.addAll(demuxer, List.of("-safe", "0"));
        assertThat(real.run(withoutDemuxer, directory, concat).stderr()).contains("not on whitelist");

        assertThat(requests).isEmpty();
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/bait.ts";
    }

    private List<String> command(RealFfmpeg real, String type) {
        StreamPlan plan = new StreamPlanner(real.get().capabilities())
                .plan(List.of(MediaFormat.parse(type).orElseThrow()), List.of(new HlsOutput(directory)), null, null)
                .orElseThrow();
        return FfmpegCommand.of(
                        real.get(),
                        plan,
                        new FfmpegCommand.Settings(
                                Duration.ofSeconds(2), FfmpegLimits.defaults().maxPixels(), false))
                .arguments();
    }
}

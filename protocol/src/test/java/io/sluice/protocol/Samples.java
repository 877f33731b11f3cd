package io.sluice.protocol;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Every message, once with all fields and once with only the required ones. */
final class Samples {

    static final String KEY = "live_123456789_AbCdEfGh?bandwidthtest=true";

    static final String RESUME_TOKEN = "3q2-7wQxq0l1c2V0IG9mIDI1NiByYW5kb20gYml0cy4";

    private static final Open FULL_OPEN = new Open(
            KEY,
            List.of("video/webm;codecs=\"avc1.42E01F,opus\"", "video/webm"),
            new VideoSettings(1280, 720, 29.97, 2_500_000),
            new AudioSettings(48_000, 1, 128_000),
            "eyJhbGciOiJFUzI1NiJ9.e30.AbCd",
            250,
            Set.of(ClientFeature.values()));

    private static final ResumeGrant FULL_GRANT = new ResumeGrant(RESUME_TOKEN, 30_000, 33_554_432, "node=gw-7f9c");

    static final List<ClientMessage> FULL_CLIENT_MESSAGES = List.of(
            FULL_OPEN,
            new Resume("s-1", RESUME_TOKEN, 9_000_000_000L, Resume.MAX_POSITION, "video/webm", FULL_OPEN),
            new Stop());

    static final List<ClientMessage> BARE_CLIENT_MESSAGES = List.of(
            new Open(null, List.of("video/webm"), null, null), new Resume("", "", 0, 0, null, null), new Stop());

    static final List<ServerMessage> FULL_SERVER_MESSAGES = List.of(
            new Opened(
                    "s-1",
                    "video/webm;codecs=\"avc1.42E01F,opus\"",
                    TrackHandling.COPY,
                    TrackHandling.TRANSCODE,
                    250,
                    2_000,
                    8_000_000,
                    4_194_304,
                    FULL_GRANT),
            new Resumed(Resumed.Mode.EXACT, "s-1", 9_000_000_000L, FULL_GRANT),
            new Output(
                    1,
                    "rtmp://live.example.org:1935",
                    Output.State.AWAY,
                    FailureCode.OUTPUT_FAILED,
                    "The output server refuses connections; the gateway tries again.",
                    1_200,
                    2,
                    9_000_000_000L,
                    640),
            new KeyFrame(),
            new Warning("no-sound", "The sound track is silent. Check the microphone."),
            new Progress(9_000_000_000L, 65_536, 61_000, 29.97, 2_480_000, 1.01, 3),
            new Draining(30_000),
            new Ended(9_000_000_001L, 61_033),
            new Failed(FailureCode.GATEWAY_FULL, "The gateway is full; try again in half a minute.", 30_000));

    static final List<ServerMessage> BARE_SERVER_MESSAGES = List.of(
            new Opened("s-1", "audio/webm", null, null, 250, 2_000, 8_000_000, 4_194_304),
            new Resumed(Resumed.Mode.RESTART, "s-1", 0, null),
            new Output(0, "", Output.State.CONNECTING, null, null, 0, 0, 0, 0),
            new KeyFrame(),
            new Warning("", ""),
            new Progress(0, 0, 0, 0, 0, 0, 0),
            new Draining(0),
            new Ended(0, 0),
            new Failed(FailureCode.INTERNAL_ERROR, "", null));

    static final Set<String> CLIENT_TYPES =
            FULL_CLIENT_MESSAGES.stream().map(ClientMessage::type).collect(Collectors.toUnmodifiableSet());

    static final Set<String> SERVER_TYPES =
            FULL_SERVER_MESSAGES.stream().map(ServerMessage::type).collect(Collectors.toUnmodifiableSet());

    private Samples() {}

    /** Decodes the text as a message of either side, and encodes it again. */
    static String roundTrip(String text) {
        ControlCodec codec = new ControlCodec();
        return codec.decode(text)
                .map(codec::encode)
                .fold(
                        same -> same,
                        failure -> codec.decodeServerMessage(text)
                                .map(codec::encode)
                                .orElseThrow());
    }
}

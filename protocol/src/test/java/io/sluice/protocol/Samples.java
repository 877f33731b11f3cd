package io.sluice.protocol;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Every message, once with all fields and once with only the required ones. */
final class Samples {

    static final String KEY = "live_123456789_AbCdEfGh?bandwidthtest=true";

    static final List<ClientMessage> FULL_CLIENT_MESSAGES = List.of(
            new Open(
                    KEY,
                    List.of("video/webm;codecs=\"avc1.42E01F,opus\"", "video/webm"),
                    new VideoSettings(1280, 720, 29.97, 2_500_000),
                    new AudioSettings(48_000, 1, 128_000),
                    "eyJhbGciOiJFUzI1NiJ9.e30.AbCd",
                    250,
                    true),
            new Stop());

    static final List<ClientMessage> BARE_CLIENT_MESSAGES =
            List.of(new Open(null, List.of("video/webm"), null, null), new Stop());

    static final List<ServerMessage> FULL_SERVER_MESSAGES = List.of(
            new Opened(
                    "s-1",
                    "video/webm;codecs=\"avc1.42E01F,opus\"",
                    TrackHandling.COPY,
                    TrackHandling.TRANSCODE,
                    250,
                    2_000,
                    8_000_000,
                    4_194_304),
            new Progress(9_000_000_000L, 65_536, 61_000, 29.97, 2_480_000, 1.01, 3),
            new Draining(30_000),
            new Ended(9_000_000_001L, 61_033),
            new Failed(FailureCode.GATEWAY_FULL, "The gateway is full; try again in half a minute.", 30_000));

    static final List<ServerMessage> BARE_SERVER_MESSAGES = List.of(
            new Opened("s-1", "audio/webm", null, null, 250, 2_000, 8_000_000, 4_194_304),
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

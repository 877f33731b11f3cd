package io.sluice.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.protocol.Ended;
import io.sluice.protocol.Opened;
import java.nio.file.Path;

/**
 * A negotiated stream from beginning to end, and what came of it.
 *
 * @param sent the recording
 * @param opened the gateway's first answer
 * @param ended its last
 * @param heard all that it said
 * @param received what the receiver wrote
 */
public record Broadcast(Recording sent, Opened opened, Ended ended, Transcript heard, Path received) {

    /** Publishes a recording to the end. */
    public static Broadcast of(
            GatewayProcess gateway, NginxReceiver receiver, String key, Recording recording, Pace pace) {
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        Opened opened = publisher.open(recording.mimeType());
        Ended ended = publisher.send(recording, pace).stop();
        return new Broadcast(recording, opened, ended, publisher.heard(), receiver.recording(key));
    }

    /** The stream arrived from the first frame to the last. */
    public void assertWhole() {
        assertThat(ended.acceptedBytes()).isEqualTo(sent.sizeBytes());
        assertSameMedia(sent, received);
    }

    /** The strictest comparison that the tracks allow: each picture if it was copied, the length if transcoded. */
    public static void assertSameMedia(Recording sent, Path received) {
        Media before = sent.media();
        Media after = Media.in(received);
        Media.Decoded decoded = after.decoded();
        assertThat(decoded.complaints()).as("decoding " + sent.name()).isEmpty();
        before.find("video").ifPresent(video -> {
            assertThat(after.video().codec()).isEqualTo("h264");
            assertThat(after.video().size()).isEqualTo(video.size());
            if (video.codec().equals("h264")) {
                assertThat(decoded.pictures()).as("pictures of " + sent.name()).isEqualTo(sent.pictures());
            }
        });
        before.find("audio")
                .ifPresent(audio -> assertThat(after.audio().codec()).isEqualTo("aac"));
        assertSameLength(before, after);
    }

    /**
     * To within two frames of video; an audio encoder fills its last frame and puts one of its own before the first.
     */
    private static void assertSameLength(Media before, Media after) {
        assertThat(after.tracks()).hasSameSizeAs(before.tracks());
        for (Media.Track track : before.tracks()) {
            Media.Track same = after.find(track.kind()).orElseThrow();
            double tolerance = track.kind().equals("video") ? 0.07 : 0.1;
            assertThat(same.lengthSeconds()).as(track.kind()).isCloseTo(track.lengthSeconds(), within(tolerance));
        }
    }

    /** What is left of a stream that was broken off: its beginning, and that without a flaw. */
    public static void assertIsBeginning(Recording sent, Path received, int minPictures) {
        Media.Decoded decoded = Media.in(received).decoded();
        assertThat(decoded.complaints()).as("decoding " + sent.name()).isEmpty();
        assertThat(decoded.pictures()).hasSizeGreaterThanOrEqualTo(minPictures);
        assertThat(sent.pictures()).startsWith(decoded.pictures().toArray(String[]::new));
    }
}

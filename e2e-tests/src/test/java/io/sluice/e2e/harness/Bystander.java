package io.sluice.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.Ended;
import io.sluice.protocol.Progress;
import java.time.Duration;
import java.util.List;

/**
 * Somebody who is live in the meantime, at the pace of a real browser, and whom none of the troubles of others may cost
 * a frame.
 */
public final class Bystander {

    private final Recording recording = Recording.named("webm-h264-opus.webm");
    private final NginxReceiver receiver;
    private final String key;
    private final Publisher publisher;
    private final Together.InBackground<Ended> stream;
    private final RoundTrips roundTrips;

    private Bystander(GatewayProcess gateway, NginxReceiver receiver, String key) {
        this.receiver = receiver;
        this.key = key;
        publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        roundTrips = new RoundTrips(publisher);
        stream = Together.start(() -> publisher.send(recording, Pace.ITS_OWN).stop());
    }

    /** Returns once the stream runs and its first media has reached the receiver. */
    public static Bystander live(GatewayProcess gateway, NginxReceiver receiver, String key) {
        Bystander bystander = new Bystander(gateway, receiver, key);
        bystander.publisher.heard().awaitProgress(Publisher.SOON, progress -> progress.outTimeMs() > 0);
        return bystander;
    }

    public String key() {
        return key;
    }

    /** Waits until the gateway has reported so many more times. */
    public void awaitMoreProgress(int times) {
        int wanted = publisher.heard().all(Progress.class).size() + times;
        publisher
                .heard()
                .awaitProgress(
                        Publisher.SOON,
                        progress -> publisher.heard().all(Progress.class).size() >= wanted);
    }

    /** How long the gateway's event loop let this stream wait, from the shortest to the longest wait. */
    public List<Duration> waits() {
        return roundTrips.sorted();
    }

    /** Waits for the stream's end; it must have arrived whole, and never have had to wait for long. */
    public void assertUndisturbed() {
        Ended ended = stream.await(Publisher.SOON.multipliedBy(2));
        roundTrips.close();
        assertThat(ended.acceptedBytes()).isEqualTo(recording.sizeBytes());
        Broadcast.assertSameMedia(recording, receiver.recording(key));
        List<Long> times = publisher.heard().timesOf(Progress.class);
        for (int i = 1; i < times.size(); i++) {
            assertThat(Duration.ofNanos(times.get(i) - times.get(i - 1)))
                    .as("silence to a bystander")
                    .isLessThan(Duration.ofMillis(2_500));
        }
    }
}

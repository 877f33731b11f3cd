package io.sluice.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.admission.Admission.Ticket;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionTest {

    private static final StreamKey KEY = key("k");

    /** A host that reports nothing. */
    private static final LoadMonitor ANY_LOAD =
            new LoadMonitor(LoadLimits.defaults(), new HostResources(Path.of("/no/such/root")), 2);

    private long nowNanos;

    private Admission admission(
            @Nullable Integer streams, int perAddress, int starts, int addressStarts, int keyStarts) {
        return new Admission(
                new AdmissionLimits(streams, perAddress, starts, addressStarts, keyStarts), ANY_LOAD, () -> nowNanos);
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Optional<Failure> acquireSlot(Ticket ticket, StreamKey key) {
        return ticket.countStart(key).or(ticket::acquireSlot);
    }

    private static StreamKey key(String text) {
        return StreamKey.parse(text).orElseThrow();
    }

    private static Failure refused(Result<Ticket> result) {
        return ((Result.Refused<Ticket>) result).failure();
    }

    private static void assertRetryAfter(Failure failure, FailureCode code, Duration min, Duration max) {
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.retryAfter()).isBetween(min, max);
    }

    @Test
    void streamsAreLimitedPerAddress() {
        Admission admission = admission(null, 3, 100, 100, 100);
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tickets.add(admission.requestTicket(address("192.0.2.1")).orElseThrow());
        }
        assertRetryAfter(
                refused(admission.requestTicket(address("192.0.2.1"))),
                FailureCode.TOO_MANY_REQUESTS,
                Duration.ofSeconds(10),
                Duration.ofSeconds(20));
        assertThat(admission.requestTicket(address("192.0.2.2")).toOptional()).isPresent();

        tickets.get(0).release();
        tickets.get(0).release();
        assertThat(admission.requestTicket(address("192.0.2.1")).toOptional()).isPresent();
        assertThat(admission.requestTicket(address("192.0.2.1")).toOptional()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:1:2::1, 2001:db8:1:2:ffff:ffff:ffff:ffff, true",
        "2001:db8:1:2::1, 2001:db8:1:3::1, false",
        "192.0.2.1, ::ffff:192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "0.0.0.1, 0:0:0:1::, false",
    })
    void anIpv6NetworkOf64BitsCountsAsOneAddress(String one, String other, boolean same) {
        Admission admission = admission(null, 1, 100, 100, 100);
        admission.requestTicket(address(one)).orElseThrow();
        assertThat(admission.requestTicket(address(other)).toOptional().isEmpty())
                .isEqualTo(same);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.9.10", "::1", ""})
    void loopbackIsExemptFromLimitsPerAddress(String literal) {
        Admission admission = admission(null, 1, 100, 1, 100);
        InetAddress address = literal.isEmpty() ? null : address(literal);
        for (int i = 0; i < 1_000; i++) {
            admission.requestTicket(address).orElseThrow();
        }
    }

    @Test
    void tooFrequentStartsAreRefusedWithTheTimeToRetry() {
        Admission admission = admission(null, 100, 100, 2, 100);
        for (int i = 0; i < 20; i++) {
            admission.requestTicket(address("192.0.2.1")).orElseThrow().release();
        }
        Failure failure = refused(admission.requestTicket(address("192.0.2.1")));
        assertRetryAfter(failure, FailureCode.TOO_MANY_REQUESTS, Duration.ofSeconds(1), Duration.ofSeconds(1));
        assertThat(failure.message()).contains("2 per second").contains("Try again in 1 s");
        nowNanos += Objects.requireNonNull(failure.retryAfter()).toNanos();
        admission.requestTicket(address("192.0.2.1")).orElseThrow();
        admission.requestTicket(address("192.0.2.1")).orElseThrow();
        assertThat(admission.requestTicket(address("192.0.2.1")).toOptional()).isEmpty();
    }

    @Test
    void startsAreLimitedPerStreamWhateverTheKeysParameters() {
        Admission admission = admission(null, 100, 100, 100, 1);
        for (int i = 0; i < 10; i++) {
            assertThat(acquireSlot(admission.requestTicket(null).orElseThrow(), key("anna?i" + i)))
                    .isEmpty();
        }
        assertThat(acquireSlot(admission.requestTicket(null).orElseThrow(), key("anna?i10")))
                .isPresent();
    }

    @Test
    void startsAreLimitedPerKeyWhateverTheAddress() {
        Admission admission = admission(null, 100, 100, 100, 1);
        for (int i = 0; i < 10; i++) {
            Ticket ticket = admission.requestTicket(null).orElseThrow();
            assertThat(acquireSlot(ticket, KEY)).isEmpty();
            ticket.release();
        }
        Ticket eleventh = admission.requestTicket(null).orElseThrow();
        assertThat(acquireSlot(eleventh, KEY)).hasValueSatisfying(failure -> {
            assertRetryAfter(failure, FailureCode.TOO_MANY_REQUESTS, Duration.ofSeconds(1), Duration.ofSeconds(1));
            assertThat(failure.message()).contains("this stream key").doesNotContain(KEY.value() + " ");
        });
        assertThat(acquireSlot(admission.requestTicket(null).orElseThrow(), key("other")))
                .isEmpty();
        assertThat(admission.snapshot().streams()).isEqualTo(1);
    }

    /** The client library waits up to 0.5, 1, 2, 4, 8, 15, 15 … s, each time a random part of that. */
    @Test
    void aClientThatReconnectsWithIncreasingDelaysIsNeverRefused() {
        Admission admission = new Admission(AdmissionLimits.defaults(), ANY_LOAD, () -> nowNanos);
        double[] longest = {0, 0.5, 1, 2, 4, 8, 15, 15, 15, 15, 15, 15, 15, 15};
        for (double seconds : longest) {
            // Drawing no more than half of the range ten times in a row has a probability of one in a thousand.
            nowNanos += (long) (seconds / 2 * TimeUnit.SECONDS.toNanos(1));
            Ticket ticket = admission.requestTicket(address("192.0.2.1")).orElseThrow();
            assertThat(acquireSlot(ticket, KEY)).isEmpty();
            ticket.release();
        }
    }

    @Test
    void startsOfAllStreamsAreLimited() {
        Admission admission = admission(null, 100, 3, 100, 100);
        for (int i = 0; i < 30; i++) {
            assertThat(acquireSlot(admission.requestTicket(null).orElseThrow(), key("k" + i)))
                    .isEmpty();
        }
        assertThat(acquireSlot(admission.requestTicket(null).orElseThrow(), KEY))
                .hasValueSatisfying(failure -> assertRetryAfter(
                        failure, FailureCode.GATEWAY_FULL, Duration.ofSeconds(1), Duration.ofSeconds(2)));
    }

    @Test
    void onceFullTheGatewayIsReadyAgainBelowAMargin() {
        Admission admission = admission(40, 100, 100, 100, 100);
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            assertThat(admission.fullReason()).isEmpty();
            Ticket ticket = admission.requestTicket(null).orElseThrow();
            assertThat(acquireSlot(ticket, key("k" + i))).isEmpty();
            tickets.add(ticket);
        }
        assertThat(admission.fullReason()).contains("40 of at most 40 streams are in use");
        tickets.get(0).release();
        tickets.get(1).release();
        assertThat(admission.fullReason()).as("38 of 40 are 95 %").isPresent();
        tickets.get(2).release();
        assertThat(admission.fullReason()).isEmpty();
        assertThat(tickets.get(3).reserveCapacity(List.of(Workload.COPY))).isEmpty();
        tickets.get(3).release();
        assertThat(admission.snapshot().streams()).isEqualTo(36);
    }

    @Test
    void streamsAreLimitedAndOnlyAuthorizedOnesCount() {
        Admission admission = admission(2, 100, 100, 100, 100);
        for (int i = 0; i < 50; i++) {
            admission.requestTicket(address("192.0.2.1")).orElseThrow();
        }
        Ticket first = admission.requestTicket(null).orElseThrow();
        assertThat(acquireSlot(first, key("a"))).isEmpty();
        assertThat(acquireSlot(admission.requestTicket(null).orElseThrow(), key("b")))
                .isEmpty();
        Ticket third = admission.requestTicket(null).orElseThrow();
        assertThat(acquireSlot(third, key("c")))
                .hasValueSatisfying(failure -> assertRetryAfter(
                        failure, FailureCode.GATEWAY_FULL, Duration.ofSeconds(10), Duration.ofSeconds(20)));
        third.release();
        assertThat(admission.snapshot().streams()).isEqualTo(2);
        first.release();
        first.release();
        assertThat(admission.snapshot().streams()).isEqualTo(1);
        assertThat(acquireSlot(admission.requestTicket(null).orElseThrow(), key("d")))
                .isEmpty();
    }
}

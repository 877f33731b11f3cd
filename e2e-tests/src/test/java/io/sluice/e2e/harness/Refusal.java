package io.sluice.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.wire.Incoming;
import io.sluice.protocol.Failed;
import io.sluice.protocol.FailureCode;
import java.time.Duration;

/** How a client is told that it may not, or may no longer, publish. */
public final class Refusal {

    private static final int MAX_CLOSE_REASON_BYTES = 123;

    private Refusal() {}

    /**
     * A client that speaks the protocol gets a message and the close code that belongs to it.
     *
     * @return the message
     */
    public static String assertTold(Publisher publisher, FailureCode code, Duration limit) {
        Failed failed = publisher.heard().awaitFailed(limit);
        assertThat(failed.code()).as(failed.message()).isEqualTo(code);
        assertThat(failed.message()).isNotBlank();
        assertThat(publisher.heard().awaitClose(Publisher.SOON).code()).isEqualTo(code.closeCode());
        publisher.heard().awaitGone(Publisher.SOON);
        return failed.message();
    }

    /**
     * A client that does not speak it has the close frame only, and finds the same words in that.
     *
     * @return the reason in the close frame
     */
    public static String assertClosed(Publisher publisher, FailureCode code, Duration limit) {
        Incoming.Close close = publisher.heard().awaitClose(limit);
        assertThat(close.code()).as(close.reason()).isEqualTo(code.closeCode());
        assertThat(close.reason()).startsWith(code.reason() + ": ");
        assertThat(close.reason().substring(code.reason().length() + 2)).isNotBlank();
        assertThat(close.reason().length()).isLessThanOrEqualTo(MAX_CLOSE_REASON_BYTES);
        publisher.heard().awaitGone(Publisher.SOON);
        return close.reason();
    }
}

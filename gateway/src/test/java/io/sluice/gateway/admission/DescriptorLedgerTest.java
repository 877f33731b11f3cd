package io.sluice.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.admission.DescriptorLedger.Room;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A process with 1,024 descriptors, of which 24 are in use: 64 are spare, 64 for health checks, 872 are given away. */
class DescriptorLedgerTest {

    private final DescriptorLedger ledger = new DescriptorLedger(OptionalLong.of(1_024), OptionalLong.of(24));

    private Room open(int count) {
        Room last = Room.NONE;
        for (int i = 0; i < count; i++) {
            last = ledger.opened();
        }
        return last;
    }

    private void streams(int count) {
        for (int i = 0; i < count; i++) {
            assertThat(ledger.streamStarts()).isTrue();
            ledger.streamRuns();
        }
    }

    @Test
    void connectionsGetHalfThenOnlyStreamsThenOnlyHealthChecksThenNone() {
        assertThat(ledger.limit()).isEqualTo(872);
        assertThat(open(436)).isEqualTo(Room.ANY);
        assertThat(ledger.isCrowded()).isTrue();
        assertThat(ledger.crowdedReason(1))
                .hasValueSatisfying(why -> assertThat(why).contains("436 of 872 file descriptors"));
        assertThat(open(1)).isEqualTo(Room.STREAMS);
        assertThat(open(429)).isEqualTo(Room.STREAMS);
        assertThat(open(1)).isEqualTo(Room.HEALTH);
        assertThat(open(69)).isEqualTo(Room.HEALTH);
        assertThat(open(1)).isEqualTo(Room.NONE);
    }

    @Test
    void theReserveShrinksAsStreamsTakeIt() {
        streams(50);
        assertThat(open(436 + 50)).as("fifty more are the streams' own").isEqualTo(Room.ANY);
        assertThat(open(1)).isEqualTo(Room.STREAMS);
    }

    @Test
    void connectionsShrinkAsStreamsTakeMoreThanTheirReserve() {
        streams(200);
        assertThat(open(200 + 18)).isEqualTo(Room.ANY);
        assertThat(open(1)).isEqualTo(Room.STREAMS);
    }

    @Test
    void aStreamIsRefusedWhenSocketsHaveTakenEverything() {
        open(866);
        assertThat(ledger.streamStarts()).isTrue();
        assertThat(ledger.streamStarts()).isFalse();
        ledger.streamEnded(false);
        assertThat(ledger.streamStarts()).isTrue();
        ledger.streamRuns();
        assertThat(ledger.streamStarts()).isFalse();
        ledger.streamEnded(true);
        for (int i = 0; i < 866; i++) {
            ledger.closed();
        }
        assertThat(ledger.isCrowded()).isFalse();
        assertThat(open(436)).isEqualTo(Room.ANY);
    }

    @Test
    void withoutALimitNothingIsRefused() {
        DescriptorLedger unlimited = new DescriptorLedger(OptionalLong.empty(), OptionalLong.empty());
        for (int i = 0; i < 100_000; i++) {
            assertThat(unlimited.opened()).isEqualTo(Room.ANY);
        }
        assertThat(unlimited.streamStarts()).isTrue();
    }
}

package io.sluice.gateway.session;

import static io.sluice.gateway.session.SessionState.ABORTING;
import static io.sluice.gateway.session.SessionState.AWAITING;
import static io.sluice.gateway.session.SessionState.CLOSED;
import static io.sluice.gateway.session.SessionState.CLOSING;
import static io.sluice.gateway.session.SessionState.FINISHING;
import static io.sluice.gateway.session.SessionState.LIVE;
import static io.sluice.gateway.session.SessionState.NEGOTIATING;
import static io.sluice.gateway.session.SessionState.STARTING;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SessionStateTest {

    private static Set<SessionState> after(SessionState state) {
        EnumSet<SessionState> next = EnumSet.noneOf(SessionState.class);
        Arrays.stream(SessionState.values()).filter(state::canTransitionTo).forEach(next::add);
        return next;
    }

    @Test
    void aSessionGoesOnlyForwardsExceptThatALostConnectionIsReplaced() {
        assertThat(after(NEGOTIATING)).containsExactly(STARTING, CLOSING);
        assertThat(after(STARTING)).containsExactly(LIVE, CLOSING);
        assertThat(after(LIVE)).containsExactly(AWAITING, FINISHING, ABORTING, CLOSING);
        assertThat(after(AWAITING)).containsExactly(LIVE, FINISHING, ABORTING, CLOSING);
        assertThat(after(FINISHING)).containsExactly(ABORTING, CLOSING);
        assertThat(after(ABORTING)).containsExactly(CLOSING);
        assertThat(after(CLOSING)).containsExactly(CLOSED);
        assertThat(after(CLOSED)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(SessionState.class)
    void everyStateLeadsToTheEndAndIsPublishedInLowerCase(SessionState state) {
        SessionState at = state;
        for (int steps = 0; at != CLOSED; steps++) {
            assertThat(steps).isLessThan(SessionState.values().length);
            SessionState from = at;
            at = after(at).stream().reduce((first, last) -> last).orElseThrow();
            assertThat(at).isGreaterThan(from);
        }
        assertThat(state.text()).isEqualTo(state.name().toLowerCase(java.util.Locale.ROOT));
    }

    @Test
    void aRunBelongsToTheMiddleOfALifeOnly() {
        assertThat(EnumSet.allOf(SessionState.class).stream().filter(SessionState::hasRun))
                .containsExactly(LIVE, AWAITING, FINISHING, ABORTING);
        assertThat(EnumSet.allOf(SessionState.class).stream().filter(SessionState::isOnAir))
                .containsExactly(LIVE, AWAITING);
        assertThat(EnumSet.allOf(SessionState.class).stream().filter(SessionState::isEnding))
                .containsExactly(FINISHING, ABORTING, CLOSING, CLOSED);
    }
}

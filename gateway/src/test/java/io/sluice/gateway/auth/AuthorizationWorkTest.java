package io.sluice.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.access.Authorization;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AuthorizationWorkTest {

    /** Two that run, and 256 that wait. */
    private static final int MOST = 258;

    @Test
    void tooMuchWorkFailsClosedAndTakesNothingFromAnotherAuthorizer() {
        CountDownLatch hang = new CountDownLatch(1);
        AuthorizationWork busy = new AuthorizationWork("test-busy");
        AuthorizationWork other = new AuthorizationWork("test-other");
        for (int i = 0; i < MOST; i++) {
            busy.call(() -> {
                        hang.await(40, TimeUnit.SECONDS);
                        return Authorization.allow();
                    })
                    .subscribe(answer -> {}, error -> {});
        }
        assertThatThrownBy(() -> busy.call(Authorization::allow).block(AuthorizerTester.PATIENCE))
                .isInstanceOf(AuthorizationUnavailableException.class)
                .hasMessageContaining("256 decisions are waiting");
        assertThat(other.call(Authorization::allow).block(AuthorizerTester.PATIENCE))
                .isEqualTo(Authorization.allow());
        hang.countDown();
        busy.dispose();
        other.dispose();
    }
}

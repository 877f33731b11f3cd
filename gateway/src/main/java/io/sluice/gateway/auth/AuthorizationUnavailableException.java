package io.sluice.gateway.auth;

import java.io.Serial;

/** An authorizer could not find out. The words are for the operator's log and hold no secret; there is no bug to trace. */
final class AuthorizationUnavailableException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    AuthorizationUnavailableException(String words) {
        super(words, null, false, false);
    }
}

package io.sluice.gateway.auth;

import java.io.Serial;

/**
 * An authorizer could not decide. The message is for the operator's log and contains no secret. Without a stack trace,
 * because the cause is outside the gateway.
 */
final class AuthorizationUnavailableException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    AuthorizationUnavailableException(String message) {
        super(message, null, false, false);
    }
}

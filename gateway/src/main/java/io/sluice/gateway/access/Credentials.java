package io.sluice.gateway.access;

/**
 * What a client shows besides its stream key. Empty where it shows nothing; redacted wherever it is printed.
 *
 * @param user the user's name, of HTTP's basic authentication
 * @param password the user's password
 * @param token a bearer token
 */
public record Credentials(String user, String password, String token) {

    /** Nothing at all. */
    public static final Credentials NONE = new Credentials("", "", "");

    /** All of it may be secret. */
    @Override
    public String toString() {
        return equals(NONE) ? "no credentials" : "credentials";
    }
}

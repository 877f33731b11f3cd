package io.sluice.gateway.access;

/**
 * The credentials that a client sends in addition to its stream key; fields are empty if absent. Immutable, and
 * redacted wherever they are printed.
 *
 * @param user the user name of HTTP basic authentication
 * @param password the password of HTTP basic authentication
 * @param token a bearer token
 */
public record Credentials(String user, String password, String token) {

    /** No credentials. */
    public static final Credentials NONE = new Credentials("", "", "");

    /** Says only whether there are credentials. */
    @Override
    public String toString() {
        return equals(NONE) ? "no credentials" : "credentials";
    }
}

package io.sluice.gateway.session;

/** How a connection ended. */
public enum Departure {
    /** The client has left on purpose: it closed with 1000 or 1001, or without a code. */
    LEFT,

    /** The connection broke, or the client closed it to come back over another one. */
    LOST
}

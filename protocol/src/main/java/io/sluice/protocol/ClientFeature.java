package io.sluice.protocol;

/**
 * Something that a client can do or understand beyond the first version of the protocol, each a flag of {@link Open}.
 * An older client would reject a message that it does not know, so none of these is used without its flag.
 */
public enum ClientFeature {
    /** Understands {@link Draining}. */
    DRAINING("draining"),

    /** Can continue the stream over another connection, with {@link Resume}. */
    RESUME("resume"),

    /** Understands {@link Output}. */
    OUTPUTS("outputs"),

    /** Understands {@link KeyFrame}, and can begin a group of pictures when asked to. */
    KEY_FRAMES("keyFrames"),

    /** Lowers its bit rate by itself when {@link Progress} shows that its media waits. Asks for no message. */
    ADAPTS("adapts"),

    /** Understands {@link Warning}. */
    WARNINGS("warnings");

    private final String wireName;

    ClientFeature(String wireName) {
        this.wireName = wireName;
    }

    /**
     * The name on the wire.
     *
     * @return the flag in {@code open}
     */
    public String wireName() {
        return wireName;
    }
}

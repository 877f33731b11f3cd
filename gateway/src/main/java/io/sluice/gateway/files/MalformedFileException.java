package io.sluice.gateway.files;

import java.io.IOException;
import java.io.Serial;

/**
 * A file can be read, but its content is malformed. The message is for the operator and does not repeat the content.
 */
public final class MalformedFileException extends IOException {

    @Serial
    private static final long serialVersionUID = 1;

    /**
     * Creates one.
     *
     * @param message what is wrong, and where
     */
    public MalformedFileException(String message) {
        super(message);
    }
}

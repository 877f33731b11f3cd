package io.sluice.gateway.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads UTF-8 text files up to a maximum size. */
public final class TextFile {

    /** Maximum size; far more than ten thousand keys need. */
    public static final int MAX_BYTES = 4 * 1_024 * 1_024;

    private TextFile() {}

    /**
     * Reads a whole file. Blocks.
     *
     * @param path the file
     * @return its text
     * @throws IOException if it cannot be read, is too large or is not UTF-8; the message is meant for the operator
     */
    public static String read(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException("it is larger than " + MAX_BYTES + " bytes");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException("it is not UTF-8 text", e);
        }
    }
}

package io.sluice.gateway.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of text in UTF-8, of a size that nobody has by mistake. */
public final class TextFile {

    /** The largest: far more than ten thousand keys. */
    public static final int MAX_BYTES = 4 * 1_024 * 1_024;

    private TextFile() {}

    /**
     * Reads a file as it stands there now. Blocks.
     *
     * @param path the file
     * @return all of its text
     * @throws IOException if it cannot be read; with words for the operator if it is too large or no such text
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
            throw new IOException("it is no text in UTF-8", e);
        }
    }
}
